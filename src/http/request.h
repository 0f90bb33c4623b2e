/* SPDX-License-Identifier: BSD-2-Clause */
/* request: one request, as far as an object server needs to understand it. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "http/head.h"
#include "http/header.h"
#include "http/method.h"
#include "http/refusal.h"

enum { REQUEST_HEADERS_MAX = 32 }; /* field lines that are kept; more are refused with 431 */

struct request_header {
    enum header header;
    struct span value; /* trimmed; lies in the head */
};

struct request {
    enum method method;
    unsigned minor;        /* HTTP/1.minor: 0 or 1 */
    bool keep_alive;       /* the peer would have the connection persist */
    bool content;          /* content follows the head, and will not be read */
    bool options_asterisk; /* OPTIONS *: the server as a whole; path is empty */
    struct span host; /* the authority that it is for (RFC 9112 section 3.3); may be empty */
    struct span path; /* normalised, without query; in the head or in scratch */

    /* Expect, Origin, Accept-Encoding, Range, Want-(Repr-)Digest, the conditional fields and
     * those that name the request, in order. */
    unsigned present; /* one bit for each enum header */
    size_t header_count;
    struct request_header headers[REQUEST_HEADERS_MAX];
};

/*
 * Understands a head that head_read() found complete; bytes are those it has seen. scratch has
 * space for head->target_length octets and must live as long as the request. http-parser
 * tokenises; what it finds has to agree with the strict pass.
 */
enum refusal request_parse(struct request *request, const struct head *head, const char *bytes,
                           char *scratch) __attribute__((warn_unused_result));

static inline bool
request_has(const struct request *request, enum header header)
{
    return (request->present >> header & 1) != 0;
}

/* The value of a field that came in one line; false if it came in none or in several. */
bool request_sole(const struct request *request, enum header header, struct span *value);

#endif
