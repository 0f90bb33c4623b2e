/* SPDX-License-Identifier: BSD-2-Clause */
/* header: the request header fields that tiffd acts on, and how their values are read. */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>

#include "base/span.h"

enum header {
    HEADER_OTHER,
    HEADER_HOST,
    HEADER_CONTENT_LENGTH,
    HEADER_TRANSFER_ENCODING,
    HEADER_CONNECTION,
    HEADER_EXPECT,
    HEADER_RANGE,
    HEADER_IF_MATCH,
    HEADER_IF_NONE_MATCH,
    HEADER_IF_MODIFIED_SINCE,
    HEADER_IF_UNMODIFIED_SINCE,
    HEADER_IF_RANGE,
    HEADER_ORIGIN,
    HEADER_ACCEPT_ENCODING,
    HEADER_WANT_REPR_DIGEST,
    HEADER_WANT_DIGEST,
    HEADER_TRACEPARENT,
    HEADER_X_REQUEST_ID,
    HEADER_COUNT
};

/* Names are case-insensitive. */
enum header header_lookup(struct span name);

/*
 * Takes the next element off a comma-separated list (RFC 9110 section 5.6.1): empty elements
 * are skipped, white space is trimmed. False at the end. Not for lists whose elements may hold
 * a comma in quotes.
 */
bool header_list_next(struct span *list, struct span *element);

#endif
