/* SPDX-License-Identifier: BSD-2-Clause */
/* Range fields: as a second reading says, which knows no overflow; and inside of the object. */
#include "fuzz.h"

#include <string.h>

#include "http/range.h"

enum { CAPACITY = 8 };

__extension__ typedef unsigned __int128 wide;

/* One more range that a second reading has found. */
struct reading {
    uint64_t length;
    wide sum;
    size_t specs;
    size_t count;
    struct range ranges[CAPACITY];
};

/* Cuts digits off the front; positions above 2^64 - 1 are that. */
static bool
cut_number(struct span *text, uint64_t *number)
{
    wide value = 0;
    size_t digits = 0;

    for (; digits < text->length && text->at[digits] >= '0' && text->at[digits] <= '9';
         digits++)
        if ((value = value * 10U + (unsigned char)(text->at[digits] - '0')) > UINT64_MAX)
            value = UINT64_MAX;
    *number = (uint64_t)value;
    *text = (struct span){ text->at + digits, text->length - digits };
    return digits > 0;
}

/* False: the whole field means nothing. */
static bool
read_element(struct reading *reading, struct span text)
{
    uint64_t first;
    uint64_t last;
    bool has_first = cut_number(&text, &first);
    bool has_last;

    if (text.length == 0 || *text.at != '-' || ++reading->specs > CAPACITY)
        return false;
    text = (struct span){ text.at + 1, text.length - 1 };
    has_last = cut_number(&text, &last);
    if (text.length > 0 || !(has_first || has_last) || (has_first && has_last && last < first))
        return false;
    if (!has_first) {
        first = last < reading->length ? reading->length - last : 0;
        last = last == 0 ? 0 : UINT64_MAX;
        first = last == 0 ? reading->length : first;
    } else if (!has_last) {
        last = UINT64_MAX;
    }
    if (first >= reading->length)
        return true;
    if (last >= reading->length)
        last = reading->length - 1;
    reading->ranges[reading->count++] = (struct range){ first, last };
    reading->sum += (wide)last - first + 1U;
    return reading->sum <= reading->length;
}

static enum range_result
read_again(struct reading *reading, struct span value)
{
    if (value.length < 6 || strncasecmp(value.at, "bytes=", 6) != 0)
        return RANGE_NONE;
    value = (struct span){ value.at + 6, value.length - 6 };
    while (value.at != NULL) {
        struct span element = span_trim(span_cut(&value, ','));

        if (element.length > 0 && !read_element(reading, element))
            return RANGE_NONE;
    }
    if (reading->specs == 0)
        return RANGE_NONE;
    return reading->count > 0 ? RANGE_SATISFIABLE : RANGE_UNSATISFIABLE;
}

/* "LENGTH bytes=...": the length is that of the object. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = fuzz_copy(data, size);
    struct span value = { bytes, size };
    struct reading reading = { 0 };
    struct range ranges[CAPACITY];
    enum range_result result;
    size_t count;

    cut_number(&value, &reading.length);
    if (value.length > 0)
        value = (struct span){ value.at + 1, value.length - 1 };
    result = range_parse(value, reading.length, ranges, CAPACITY, &count);
    FUZZ_CHECK(result == read_again(&reading, value));
    if (result == RANGE_SATISFIABLE) {
        FUZZ_CHECK(count == reading.count);
        FUZZ_CHECK(memcmp(ranges, reading.ranges, count * sizeof(*ranges)) == 0);
    }
    free(bytes);
    return 0;
}
