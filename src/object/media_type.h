/* SPDX-License-Identifier: BSD-2-Clause */
/* media_type: the Content-Type of an object whose asset names none. */
#ifndef OBJECT_MEDIA_TYPE_H
#define OBJECT_MEDIA_TYPE_H

/* By the suffix of the file's name; "application/octet-stream" for one that is not known. */
const char *media_type_of(const char *file);

#endif
