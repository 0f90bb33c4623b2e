/* SPDX-License-Identifier: BSD-2-Clause */
/* media_type: the media types that are known without the system's list (mime_types.h). */
#ifndef OBJECT_MEDIA_TYPE_H
#define OBJECT_MEDIA_TYPE_H

#include <stddef.h>

#define MEDIA_TYPE_UNKNOWN "application/octet-stream"
#define MEDIA_TYPE_BASE64  "text/plain; charset=us-ascii"

struct media_type {
    const char *suffix; /* with its dot, in lower case */
    const char *type;
};

/* By the suffix of the file's name; MEDIA_TYPE_UNKNOWN for one that is not known. */
const char *media_type_of(const char *file);

/* The rows of the table; NULL behind the last. */
const struct media_type *media_type_row(size_t number);

#endif
