/* SPDX-License-Identifier: BSD-2-Clause */
/* coding: see coding.h. Files are compressed once and sent often, so levels are high. */
#include "base/coding.h"

#include <stddef.h>

#include "build.h"

static const struct coding_info codings[CODING_COUNT] = {
    [CODING_IDENTITY] = { "identity", "", 0, 0, 0, false },
    [CODING_BR] = { "br", ".br", 0, 11, 11, HAVE_BROTLI },
    [CODING_ZSTD] = { "zstd", ".zst", 1, 19, 19, HAVE_ZSTD },
    [CODING_GZIP] = { "gzip", ".gz", 1, 9, 9, true },
};

const struct coding_info *
coding_info(enum coding coding)
{
    return &codings[coding < CODING_COUNT ? coding : CODING_IDENTITY];
}

enum coding
coding_find(struct span name)
{
    unsigned i = 0;

    while (i < CODING_COUNT && !span_equal_nocase(name, span_of(codings[i].name)))
        i++;
    return (enum coding)i;
}

const struct coding_item *
coding_listed(const struct coding_list *list, enum coding coding)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->items[i].coding == coding)
            return &list->items[i];
    return NULL;
}
