/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * coding: the content codings that tiffd serves (RFC 9110 section 8.4.1; RFC 7932 for br, RFC
 * 8878 for zstd), and lists of them.
 */
#ifndef BASE_CODING_H
#define BASE_CODING_H

#include <stdbool.h>

#include "base/span.h"

enum coding { CODING_IDENTITY, CODING_BR, CODING_ZSTD, CODING_GZIP };
#define CODING_COUNT (CODING_GZIP + 1)

struct coding_info {
    const char *name;   /* in Accept-Encoding, Content-Encoding and tiffd.ini */
    const char *suffix; /* of the name of a file that is encoded so */
    int level_min;      /* of compression */
    int level_max;
    int level;     /* unless another is asked for */
    bool built_in; /* can this program compress so? */
};

/* Codings in the order of preference, each at most once, never identity. */
struct coding_list {
    unsigned count;
    struct coding_item {
        enum coding coding;
        int level; /* of compression; 0: none is said */
    } items[CODING_COUNT - 1];
};

/* Never NULL; that of identity has an empty suffix. */
const struct coding_info *coding_info(enum coding coding) __attribute__((const));

/* By its name; CODING_COUNT: it is unknown. Not case-sensitive. */
enum coding coding_find(struct span name) __attribute__((pure));

/* The item with this coding, or NULL. */
const struct coding_item *coding_listed(const struct coding_list *list, enum coding coding)
    __attribute__((pure));

#endif
