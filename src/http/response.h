/* SPDX-License-Identifier: BSD-2-Clause */
/* response: decides the response to a request for a representation; pure policy. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "http/cors.h"
#include "http/range.h"
#include "http/representation.h"
#include "http/request.h"

enum { RESPONSE_RANGES_MAX = 1024 }; /* at least the maximum of server.max_ranges */

struct response {
    unsigned status;
    unsigned minor;   /* of the request */
    bool body;        /* octets of the object follow the head (error texts are part of it) */
    bool head_only;   /* the request was a HEAD */
    bool close;       /* may be set later; then the head says so */
    bool repr_digest; /* 200, 206 and 304: the request wants Repr-Digest */
    bool digest;      /* the same for Digest, its predecessor */
    bool varies;      /* with the request's Origin */
    bool page;        /* an error whose content is an object: no text, no validators */
    unsigned retry_after; /* seconds, for Retry-After; 0: no such field */
    struct span id; /* the value of X-Request-Id, may be set later; empty: no such field */
    struct span location; /* where the object is instead, not encoded; empty: unknown */
    struct span origin;   /* the value of Access-Control-Allow-Origin; empty: no such field */
    size_t range_count;   /* 206 only: 1 for a single part, more for multipart/byteranges */
    struct range ranges[RESPONSE_RANGES_MAX]; /* the first range_count are set */
};

/*
 * Decides in this order: method (501, 405), Expect (417), OPTIONS (204), existence (404),
 * conditions (412, 304), range (416, 206), whole (200). representation is NULL where there is
 * none. ranges is how many ranges one request may ask for, at most RESPONSE_RANGES_MAX.
 */
void response_decide(const struct request *request, const struct representation *representation,
                     size_t ranges, time_t now, struct response *response);

/* The response to a request that is understood but can't be served, such as 500. */
void response_failure(const struct request *request, unsigned status,
                      struct response *response);

/* In place of 404: the object is at another path, which must live as long as the response. */
void response_redirect(struct response *response, struct span location);

/* 404 with this object as its content. */
void response_page(struct response *response, const struct representation *representation);

/* Says in a response of one of the functions above which web page may read it. */
void response_cors(const struct request *request, const struct cors *cors,
                   struct response *response);

#endif
