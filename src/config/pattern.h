/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern: patterns of file names, see glob(7). One without a slash is held against the last
 * segment of a name, one with a slash against all of it: then "*" and "?" match no slash,
 * unless the pattern has "**", which lets every "*" match slashes, too. Case matters. Pure.
 */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H

#include <stdbool.h>

#include "config/config.h"

#define PATTERN_MAX 255 /* bytes */

/* name has no slash at its beginning: "a/b.png". */
bool pattern_matches(const char *pattern, const char *name);

/* Is this file one that the tree serves? */
bool pattern_takes_file(const struct config_asset *tree, const char *name);

/* Is this directory one that the tree looks into? */
bool pattern_takes_directory(const struct config_asset *tree, const char *name);

#endif
