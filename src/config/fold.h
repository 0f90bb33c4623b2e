/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fold: divides a long value into parts that inih's buffer holds. inih takes an indented line
 * as the continuation of the value before it, without the white space at its ends. Pure.
 */
#ifndef CONFIG_FOLD_H
#define CONFIG_FOLD_H

#include <stdbool.h>

#include "base/span.h"

/* Bytes in a part. With a key before it, it fits in the 200 bytes of Debian's inih. */
#define FOLD_PART_MAX 128

/* The length of the first part; 0 if the text is empty or can't be divided. */
size_t fold_next(struct span text) __attribute__((pure));

/* Whether all of the text can be divided. */
bool fold_fits(struct span text) __attribute__((pure));

#endif
