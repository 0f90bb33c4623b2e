/* SPDX-License-Identifier: BSD-2-Clause */
/* head: the strict, incremental pass over the raw head of a request (RFC 9112 sections 2-6). */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stddef.h>

#include "http/framing.h"
#include "http/method.h"
#include "http/refusal.h"

enum {
    HEAD_EMPTY_LINES = 4, /* skipped before a request, RFC 9112 section 2.2 */
    HEAD_METHOD_MAX = 32, /* octets; a longer one is refused with 501 */
};

struct head_limits {
    size_t size;     /* octets of the whole head, empty lines and line ends included */
    size_t target;   /* octets of the target */
    unsigned fields; /* field lines */
};

/*
 * The state between two calls and, once length is set, the result. Begins zeroed. Holds
 * offsets, not pointers, so the buffer may move.
 */
struct head {
    size_t length; /* of the complete head, from the first octet to the empty line; 0 before */
    size_t target; /* offset */
    size_t target_length;
    size_t first_field; /* offset of the first field line; 0 while the request line is read */
    unsigned fields;    /* field lines */
    enum method method; /* known as soon as the request line is judged, also if it is refused */
    unsigned minor;     /* of the version: 0 or 1, for higher ones mean 1.1 */
    struct framing framing;

    size_t line;    /* private: where the current line begins */
    size_t scanned; /* private: no line ends before this offset */
    unsigned empty_lines;
    bool has_host;
};

/*
 * Continues with a head of which the first length octets have arrived. Each call gets all of
 * them, but reads only the new ones. Returns a refusal as soon as there is a reason for one;
 * else REFUSAL_NONE, with head->length set if the head is complete. Octets after it are not
 * looked at.
 */
enum refusal head_read(struct head *head, const char *bytes, size_t length,
                       const struct head_limits *limits) __attribute__((warn_unused_result));

#endif
