/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file: writes profiles to disk: a reader sees a complete file or none, and errors are
 * returned as codes.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdio.h>
#include <sys/types.h>

#include "base/identity.h"

/* The owner and the permissions of files. */
struct file_owner {
    struct identity identity;
    mode_t mode;
};

/* Writes the content; 0 or a negative errno. What goes wrong with out itself is noticed. */
typedef int file_content(void *argument, FILE *out);

/* Writes a file beside path and renames it to path. 0 or a negative errno: then no trace of it
 * is left, and a file that was there before still is. A limit on the size of files is EFBIG,
 * not the signal SIGXFSZ. */
int file_write(const char *path, const struct file_owner *owner, file_content *content,
               void *argument) __attribute__((warn_unused_result));

/* Deletes the files that are named start, digits, end, except the newest keep. 0 or a negative
 * errno; files that vanish meanwhile are not an error. */
int file_prune(const char *start, const char *end, unsigned keep)
    __attribute__((warn_unused_result));

#endif
