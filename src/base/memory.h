/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory: allocation for code that runs only while the master boots or reloads, where there is
 * nothing better to do without memory than to say so and end. Never for a worker's requests.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

#include "base/span.h"

/* size bytes, zeroed; the caller frees them. Never NULL: without memory the process ends with
 * a line on standard error and status 1. The same holds for all functions here. */
void *memory_alloc(size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Makes room for count items of size bytes at items (NULL: a new array); new bytes are not
 * zeroed. Takes items over, as realloc(3) does. */
void *memory_grow(void *items, size_t count, size_t size)
    __attribute__((warn_unused_result, returns_nonnull));

/* A NUL-terminated copy. */
char *memory_copy(const char *text) __attribute__((warn_unused_result, returns_nonnull));
char *memory_copy_span(struct span text) __attribute__((warn_unused_result, returns_nonnull));

/* As asprintf(3). */
char *memory_format(const char *format, ...)
    __attribute__((warn_unused_result, returns_nonnull, format(printf, 1, 2)));

#endif
