/* SPDX-License-Identifier: BSD-2-Clause */
/* framing: what a request header says about its content (RFC 9112 section 6). */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/method.h"
#include "http/refusal.h"

/* Begins zeroed; the fields are added in the order of the head. */
struct framing {
    uint64_t length; /* of the Content-Length field */
    bool has_length; /* it was there */
    bool has_coding; /* a Transfer-Encoding field was there */
    bool chunked;    /* the last coding so far is chunked */
};

enum refusal framing_add_length(struct framing *framing, struct span value);
enum refusal framing_add_coding(struct framing *framing, struct span value);

/* After the last field: whether the fields are valid together. */
enum refusal framing_check(const struct framing *framing, enum method method, unsigned minor);

/* Whether content follows the head. */
static inline bool
framing_announces_content(const struct framing *framing)
{
    return framing->has_coding || framing->length > 0;
}

#endif
