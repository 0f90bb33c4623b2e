/* SPDX-License-Identifier: BSD-2-Clause */
/* range: the arithmetic of byte ranges (RFC 9110 section 14). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdint.h>

#include "base/span.h"

/* As Content-Range counts: from 0, the last octet included. */
struct range {
    uint64_t first;
    uint64_t last;
};

enum range_result {
    RANGE_NONE,          /* to be ignored: the whole is the response */
    RANGE_SATISFIABLE,   /* at least one range */
    RANGE_UNSATISFIABLE, /* well-formed, but nothing of it lies in the representation */
};

static inline uint64_t
range_length(struct range range)
{
    return range.last - range.first + 1;
}

/*
 * Reads the value of a Range field for a representation of length octets. The satisfiable
 * ranges, cut to the representation, go into ranges in the order of the field, and their
 * number into *count. Ignored are: another unit, bad syntax, a last position before the first,
 * more than capacity ranges, ranges that add up to more than the whole.
 */
enum range_result range_parse(struct span value, uint64_t length, struct range *ranges,
                              size_t capacity, size_t *count);

#endif
