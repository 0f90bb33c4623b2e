/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request_id: by what a request is known to those whom it passes: X-Request-Id, or the trace of
 * a traceparent field (W3C Trace Context), or an identifier that is made here.
 */
#ifndef HTTP_REQUEST_ID_H
#define HTTP_REQUEST_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/request.h"

enum {
    REQUEST_ID_MAX = 64,   /* octets of an identifier that is taken */
    REQUEST_ID_TRACE = 32, /* hexadecimal digits of that of a trace, and of one that is made */
};

struct request_id {
    uint8_t length;                /* 0: none is known */
    bool has_trace;                /* the request belongs to a trace */
    char text[REQUEST_ID_MAX + 1]; /* with a NUL */
    char trace[REQUEST_ID_TRACE];
};

/* Where identifiers come from; begins with request_id_seed(). */
struct request_id_source {
    uint64_t state[2];
};

void request_id_seed(struct request_id_source *source);

/* Takes what the request has, or makes one. request NULL: it was not understood. */
void request_id_find(struct request_id *id, const struct request *request,
                     struct request_id_source *source);

/* Takes an identifier that was found before, without its trace. */
void request_id_copy(struct request_id *id, const char text[static REQUEST_ID_MAX + 1]);

static inline struct span
request_id_span(const struct request_id *id)
{
    return (struct span){ id->text, id->length };
}

static inline struct span
request_id_trace(const struct request_id *id)
{
    return (struct span){ id->trace, id->has_trace ? REQUEST_ID_TRACE : 0 };
}

/* A number of 56 bits for it: its first 14 digits, if it begins with hexadecimal ones (hyphens
 * do not count); else a hash. */
uint64_t request_id_number(const struct request_id *id);

#endif
