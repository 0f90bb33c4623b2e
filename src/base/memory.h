/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory: allocation for code that runs only while the master boots or reloads. A lack of
 * memory is handled once, by the caller of memory_try(), and not after each allocation. Never
 * for a worker's requests.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* size bytes, zeroed; memory_free() ends them. Never NULL: without memory memory_try() returns,
 * or, outside of one, the process ends with a line on standard error and status 1. The same
 * holds for all functions here. */
void *memory_alloc(size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Makes space for count items of size bytes at items (NULL: a new array); new bytes are not
 * zeroed. Takes items over, as realloc(3) does. */
void *memory_grow(void *items, size_t count, size_t size)
    __attribute__((warn_unused_result, returns_nonnull));

/* A NUL-terminated copy. */
char *memory_copy(const char *text) __attribute__((warn_unused_result, returns_nonnull));
char *memory_copy_span(struct span text) __attribute__((warn_unused_result, returns_nonnull));

/* As asprintf(3). */
char *memory_format(const char *format, ...)
    __attribute__((warn_unused_result, returns_nonnull, format(printf, 1, 2)));

/* Frees what a function here has returned; NULL is nothing. */
void memory_free(void *memory);

/* Calls work(argument). Without memory it does not come to its end: what it has allocated here
 * is freed, and the result is false. What else it holds then, such as open files, is the
 * caller's to close. Not nested. */
bool memory_try(void (*work)(void *argument), void *argument)
    __attribute__((warn_unused_result));

#endif
