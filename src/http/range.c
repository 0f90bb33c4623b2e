/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range: reads a Range field and cuts its ranges to the representation. Pure.
 *
 * Known weakness: positions saturate at 2^64 - 1, so two larger positions compare equal; both
 * lie outside any object.
 */
#include "http/range.h"

#include "http/header.h"
#include "http/octet.h"

/* One range-spec as written. */
struct spec {
    bool has_first;
    bool has_last;
    uint64_t first;
    uint64_t last; /* or the length of a suffix */
};

/* Takes digits off the front; false if there are none. Saturates. */
static bool
range_take_number(struct span *text, uint64_t *number)
{
    size_t digits = octet_run(*text, OCTET_DIGIT);

    *number = 0;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(*number, 10U, number) ||
            __builtin_add_overflow(*number, (uint64_t)(text->at[i] - '0'), number)) {
            *number = UINT64_MAX;
            break;
        }
    text->at += digits;
    text->length -= digits;
    return digits > 0;
}

/* first-pos "-" [ last-pos ] or "-" suffix-length */
static bool
read_spec(struct span text, struct spec *spec)
{
    spec->has_first = range_take_number(&text, &spec->first);
    if (text.length == 0 || text.at[0] != '-')
        return false;
    text.at++;
    text.length--;
    spec->has_last = range_take_number(&text, &spec->last);
    if (text.length > 0 || (!spec->has_first && !spec->has_last))
        return false;
    return !spec->has_first || !spec->has_last || spec->first <= spec->last;
}

/* False if nothing of it lies within length octets. */
static bool
satisfy(const struct spec *spec, uint64_t length, struct range *range)
{
    if (length == 0)
        return false;
    range->last = length - 1;
    if (!spec->has_first) {
        range->first = spec->last < length ? length - spec->last : 0;
        return spec->last > 0;
    }
    range->first = spec->first;
    if (spec->has_last && spec->last < range->last)
        range->last = spec->last;
    return spec->first < length;
}

/* "bytes=", in any case. */
static bool
take_unit(struct span *value)
{
    struct span unit = SPAN("bytes=");

    if (value->length < unit.length || strncasecmp(value->at, unit.at, unit.length) != 0)
        return false;
    value->at += unit.length;
    value->length -= unit.length;
    return true;
}

enum range_result
range_parse(struct span value, uint64_t length, struct range *ranges, size_t capacity,
            size_t *count)
{
    uint64_t left = length;
    struct span element;
    size_t specs = 0;

    *count = 0;
    if (!take_unit(&value))
        return RANGE_NONE;
    while (header_list_next(&value, &element)) {
        struct spec spec;
        struct range range;

        if (++specs > capacity || !read_spec(element, &spec))
            return RANGE_NONE;
        if (!satisfy(&spec, length, &range))
            continue;
        if (range_length(range) > left)
            return RANGE_NONE;
        left -= range_length(range);
        ranges[(*count)++] = range;
    }
    if (specs == 0)
        return RANGE_NONE;
    return *count > 0 ? RANGE_SATISFIABLE : RANGE_UNSATISFIABLE;
}
