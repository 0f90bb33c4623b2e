/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * etag: reads entity tags. An opaque tag may hold commas, so a list of them can't be cut at its
 * commas first. A list is read to its end even when the tag was found: one that is malformed
 * further on matches nothing.
 */
#include "http/etag.h"

#include "http/octet.h"

struct etag {
    bool weak;
    struct span opaque; /* with its quotes */
};

static void
etag_skip(struct span *text, size_t count)
{
    text->at += count;
    text->length -= count;
}

/* Takes [ "W/" ] DQUOTE *etagc DQUOTE off the front of text. */
static bool
take_tag(struct span *text, struct etag *tag)
{
    size_t length;

    tag->weak = text->length >= 2 && memcmp(text->at, "W/", 2) == 0;
    if (tag->weak)
        etag_skip(text, 2);
    if (text->length == 0 || text->at[0] != '"')
        return false;
    length = 1 + octet_run((struct span){ text->at + 1, text->length - 1 }, OCTET_ETAG);
    if (length == text->length || text->at[length] != '"')
        return false;
    tag->opaque = (struct span){ text->at, length + 1 };
    etag_skip(text, length + 1);
    return true;
}

/* White space and empty elements: what may stand between two tags. */
static bool
skip_separators(struct span *list)
{
    bool comma = false;

    while (list->length && (list->at[0] == ',' || list->at[0] == ' ' || list->at[0] == '\t')) {
        comma |= list->at[0] == ',';
        etag_skip(list, 1);
    }
    return comma || list->length == 0;
}

enum etag_list
etag_list_search(struct span list, struct span tag, enum etag_comparison comparison)
{
    enum etag_list result = ETAG_LIST_MISSES;
    struct etag listed;

    if (span_equal(span_trim(list), SPAN("*")))
        return ETAG_LIST_ANY;
    skip_separators(&list);
    while (list.length) {
        if (!take_tag(&list, &listed) || !skip_separators(&list))
            return ETAG_LIST_MALFORMED;
        if (span_equal(listed.opaque, tag) && (comparison == ETAG_WEAK || !listed.weak))
            result = ETAG_LIST_HOLDS;
    }
    return result;
}
