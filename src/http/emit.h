/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit: appends to a buffer that is known to have space, and returns its new end. A head is a
 * dozen of these calls, so they are inline and no format string is read at run time.
 */
#ifndef HTTP_EMIT_H
#define HTTP_EMIT_H

#include <stdint.h>

#include "base/span.h"

enum { EMIT_DECIMAL_MAX = 20 }; /* digits of 2^64 - 1 */

static inline char *
emit_span(char *out, struct span text)
{
    return text.length ? (char *)mempcpy(out, text.at, text.length) : out;
}

#define emit_literal(out, literal) emit_span(out, SPAN(literal))

static inline size_t
emit_decimal_length(uint64_t number)
{
    size_t length = 1;

    for (; number >= 10; number /= 10)
        length++;
    return length;
}

static inline char *
emit_decimal(char *out, uint64_t number)
{
    char *end = out + emit_decimal_length(number);
    char *at = end;

    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return end;
}

#endif
