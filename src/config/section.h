/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * section: the sections of tiffd.ini.
 */
#ifndef CONFIG_SECTION_H
#define CONFIG_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

enum section_kind {
    SECTION_SERVER,
    SECTION_LOG,
    SECTION_ACCESS_LOG,
    SECTION_PROFILE,
    SECTION_DEBUG,
    SECTION_ASSET,
    SECTION_TREE,
    SECTION_ERROR,
};
#define SECTION_COUNT (SECTION_ERROR + 1)

#define SECTION_PATH_MAX 4096 /* bytes in the path of an object */

/* What the first word of a section's name is. */
const char *section_name(enum section_kind kind);

/* Has it a path in its name, and can it be there several times? */
bool section_has_path(enum section_kind kind);

/* The kind of a section that has. */
enum section_kind section_of_asset(const struct config_asset *asset);

/* Is this an [error 404]? No path of a request is equal to its "path". */
bool section_is_error(const struct config_asset *asset);

/* What is wrong with an asset's path; NULL if nothing is. A path is written as a request's
 * target is after its normalisation, so that the two can be compared byte by byte. */
const char *section_path_problem(const char *path);

/* Reads a section's name ("server", "asset /tiff"). True with *kind and, for one with a path,
 * *path (within name); else false with the error in report. */
bool section_parse(const char *name, struct origin origin, struct report *report,
                   enum section_kind *kind, const char **path)
    __attribute__((warn_unused_result));

/* Where the fields of a section are; NULL for a section that has none. asset is an index, and
 * only used for sections that have a path. */
char *section_fields(struct config *config, enum section_kind kind, size_t asset);
const char *section_view(const struct config *config, enum section_kind kind, size_t asset);

#endif
