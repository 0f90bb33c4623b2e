/* SPDX-License-Identifier: BSD-2-Clause */
/* etag: entity tags and lists of them (RFC 9110 sections 8.8.3 and 13.1). */
#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

#include <stdbool.h>

#include "base/span.h"

enum etag_comparison { ETAG_STRONG, ETAG_WEAK };

/* Whether a list contains an entity tag. */
enum etag_list {
    ETAG_LIST_MALFORMED,
    ETAG_LIST_MISSES,
    ETAG_LIST_HOLDS,
    ETAG_LIST_ANY, /* the list is "*" */
};

/* tag is the representation's own, strong, with its quotes. */
enum etag_list etag_list_search(struct span list, struct span tag,
                                enum etag_comparison comparison);

#endif
