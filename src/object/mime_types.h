/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mime_types: media types by the suffixes of file names, from the system's list:
 * /etc/mime.types (mime.types(5)), or globs2 of the shared MIME database. What is not in it is
 * looked up in media_type.h.
 */
#ifndef OBJECT_MIME_TYPES_H
#define OBJECT_MIME_TYPES_H

#include <stddef.h>

struct mime_types;

/* Reads a list. file: NULL, or one that can't be read: there is none, which is an empty list.
 * charset: for types of text that have none; NULL: they stay without. NULL: out of memory. */
struct mime_types *mime_types_load(const char *file, const char *charset)
    __attribute__((warn_unused_result));
void mime_types_free(struct mime_types *types);

/* How many suffixes there are. */
size_t mime_types_count(const struct mime_types *types);

/* The longest known suffix of the name decides; letters of both cases are equal.
 * "application/octet-stream" if none is known. Valid as long as types. */
const char *mime_types_find(const struct mime_types *types, const char *file);

#endif
