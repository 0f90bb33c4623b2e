/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit: numbers as people write them: 100, 64k, 30s. Pure.
 */
#ifndef CONFIG_UNIT_H
#define CONFIG_UNIT_H

#include <stddef.h>
#include <stdint.h>

enum unit_scale {
    UNIT_PLAIN, /* digits only */
    UNIT_SIZE,  /* bytes; k, m and g (either case) are powers of 1024 */
    UNIT_TIME,  /* milliseconds; ms, s, m and h; without a unit: seconds */
};

/* Space for any number that unit_print() writes. */
#define UNIT_TEXT_SIZE 32

/* Reads text as a whole: decimal digits and at most one unit, with nothing before, between or
 * after. Returns NULL and sets *value, or returns what is wrong ("is not a number"). */
const char *unit_parse(enum unit_scale scale, const char *text, uint64_t *value)
    __attribute__((warn_unused_result));

/* Writes value in the largest unit that holds it exactly: 16384 is 16k, 90000 ms are 90s.
 * unit_parse() reads it back. */
void unit_print(enum unit_scale scale, uint64_t value, char text[static UNIT_TEXT_SIZE]);

#endif
