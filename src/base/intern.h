/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intern: numbers distinct keys 0, 1, 2 ... in the order they come. Tables of strings,
 * functions and addresses are all made with it.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>

struct intern; /* NULL is an empty one without memory: its numbers are all 0 */

struct intern *intern_create(void) __attribute__((warn_unused_result));
void intern_free(struct intern *intern);

/* The key's number; the bytes are copied when it is new. Without memory 0, and
 * intern_failed() from then on. */
size_t intern_number(struct intern *intern, const void *key, size_t length);

bool intern_failed(const struct intern *intern);
size_t intern_count(const struct intern *intern);

/* The key with this number, NUL-terminated; valid until intern_free(). length may be NULL. */
const void *intern_key(const struct intern *intern, size_t number, size_t *length);

#endif
