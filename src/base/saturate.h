/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saturate: arithmetic that saturates instead of overflowing, for numbers that a broken
 * process may have written.
 */
#ifndef BASE_SATURATE_H
#define BASE_SATURATE_H

#include <stdint.h>

static inline int64_t
saturate_add(int64_t a, int64_t b)
{
    int64_t sum;

    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

/* Rounded to the nearest; 0 for what is no number. */
static inline int64_t
saturate_round(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;
    if (value <= -0x1p63)
        return INT64_MIN;
    return value == value ? (int64_t)(value < 0 ? value - 0.5 : value + 0.5) : 0;
}

/* Works for any number; -value does not. */
static inline uint64_t
saturate_magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

#endif
