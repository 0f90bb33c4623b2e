/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern: patterns of file names, see glob(7). A pattern without a slash is compared with the
 * last segment of a name. One with a slash is compared with the whole name; "*" and "?" then
 * match no slash, unless the pattern contains "**": then every "*" matches slashes, too.
 * Case-sensitive. Pure.
 */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H

#include <stdbool.h>

#include "config/config.h"

#define PATTERN_MAX 255 /* bytes */

/* name does not begin with a slash: "a/b.png". */
bool pattern_matches(const char *pattern, const char *name);

/* Does the tree serve this file? */
bool pattern_takes_file(const struct config_asset *tree, const char *name);

/* Does the tree descend into this directory? */
bool pattern_takes_directory(const struct config_asset *tree, const char *name);

#endif
