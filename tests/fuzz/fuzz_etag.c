/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of entity tags: as a second reading says, octet by octet. */
#include "fuzz.h"

#include <string.h>

#include "http/etag.h"

static const struct span TAG = { "\"a,b\"", 5 };

/* States of the second reading. */
enum place { BEFORE, AFTER_W, AFTER_SLASH, INSIDE, BEHIND };

struct reading {
    enum place place;
    bool weak;
    bool separated; /* a comma, or the start, since the last tag */
    size_t start;
    bool holds;
};

static bool
is_etagc(unsigned char octet)
{
    return octet == 0x21 || (octet >= 0x23 && octet <= 0x7e) || octet >= 0x80;
}

static void
end_tag(struct reading *reading, struct span list, size_t end, enum etag_comparison comparison)
{
    struct span opaque = { list.at + reading->start, end + 1 - reading->start };

    reading->holds |= span_equal(opaque, TAG) && (comparison == ETAG_WEAK || !reading->weak);
    reading->place = BEHIND;
    reading->separated = false;
}

/* False: no list. */
static bool
read_octet(struct reading *reading, struct span list, size_t at,
           enum etag_comparison comparison)
{
    const char octet = list.at[at];

    if (reading->place == INSIDE) {
        if (octet == '"')
            end_tag(reading, list, at, comparison);
        return octet == '"' || is_etagc((unsigned char)octet);
    }
    if (octet == '"' && reading->place != AFTER_W) {
        reading->weak = reading->place == AFTER_SLASH;
        reading->start = at;
        reading->place = INSIDE;
        return reading->separated;
    }
    if (reading->place == AFTER_W) {
        reading->place = AFTER_SLASH;
        return octet == '/';
    }
    if (reading->place == AFTER_SLASH)
        return false;
    if (octet == 'W') {
        reading->place = AFTER_W;
        return reading->separated;
    }
    reading->separated |= octet == ',';
    return octet == ',' || octet == ' ' || octet == '\t';
}

static enum etag_list
read_again(struct span list, enum etag_comparison comparison)
{
    struct reading reading = { .separated = true };

    if (span_equal(span_trim(list), SPAN("*")))
        return ETAG_LIST_ANY;
    for (size_t i = 0; i < list.length; i++)
        if (!read_octet(&reading, list, i, comparison))
            return ETAG_LIST_MALFORMED;
    if (reading.place != BEFORE && reading.place != BEHIND)
        return ETAG_LIST_MALFORMED;
    return reading.holds ? ETAG_LIST_HOLDS : ETAG_LIST_MISSES;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = fuzz_copy(data, size);
    struct span list = { bytes, size };

    FUZZ_CHECK(etag_list_search(list, TAG, ETAG_STRONG) == read_again(list, ETAG_STRONG));
    FUZZ_CHECK(etag_list_search(list, TAG, ETAG_WEAK) == read_again(list, ETAG_WEAK));
    free(bytes);
    return 0;
}
