/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ini: reads tiffd.ini with inih.
 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include "config/build.h"

/* Bytes in a file; more are refused. */
#define INI_SIZE_MAX (16 * 1024 * 1024)

/* Feeds the sections and keys of the build's file into the build, in their order, and reports
 * every line that is neither. Returns false with an error in the report when the file could not
 * be read to its end, so that what it lacks means nothing. */
bool ini_read(struct build *build) __attribute__((warn_unused_result));

#endif
