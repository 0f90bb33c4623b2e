/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch: files that a test may write, in a directory of its own, removed at exit. */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <stddef.h>

const char *scratch_directory(void);

/* The path of a file of that name in the scratch directory. Valid until the next call. */
const char *scratch_path(const char *name);

/* Writes (or overwrites, in place) the file and returns its path. */
const char *scratch_write(const char *name, const void *bytes, size_t size);

/* Removes all that is in the directory. */
void scratch_clear(void);

/* How much there is in it. */
unsigned scratch_count(void);

#endif
