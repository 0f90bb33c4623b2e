/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflight: what is to be logged of responses that have begun and are not wholly handed to the
 * kernel. They are told apart by where they begin and end in the bytes of their connection.
 */
#ifndef WORKER_INFLIGHT_H
#define WORKER_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/access_format.h"
#include "http/request_id.h"
#include "worker/access_line.h"

struct connection;
struct worker;

/* One response. Offsets count the bytes of the connection; times are ns of activity.h. */
struct inflight_record {
    uint64_t began;      /* when its request was whole */
    uint64_t first_byte; /* when the first byte was handed over; 0: none was */
    uint64_t from;
    uint64_t body; /* where its content begins */
    uint64_t to;
    size_t length; /* of the line, as access_line_begin() has written it; 0: none is wanted */
    char id[REQUEST_ID_MAX + 1]; /* of the request; empty: it has none */
    char line[];
};

#define INFLIGHT_SIZE 16384 /* bytes of records, a connection */

/* A connection's, oldest first; there is none while nothing is in flight. */
struct inflight {
    size_t start;
    size_t end;
    size_t capacity;
    _Alignas(struct inflight_record) char records[];
};

/* Is there space for one more response, whatever its line has? inflight NULL: none yet. */
static inline bool
inflight_fits(const struct inflight *inflight)
{
    return inflight == NULL || inflight->capacity - inflight->end >=
                                   sizeof(struct inflight_record) + ACCESS_LINE_MAX;
}

/* A zeroed record with space for a line, which becomes the connection's last one with
 * inflight_add(), when its line is there. NULL without memory or space. */
struct inflight_record *inflight_next(struct worker *worker, struct connection *connection);
void inflight_add(struct connection *connection, const struct inflight_record *record);

/* The identifier of the oldest one; NULL: it has none. Stays until that is logged. */
const char *inflight_id(struct inflight *inflight);

/* Bytes were handed to the kernel: the responses that end there are logged. */
void inflight_sent(struct worker *worker, struct connection *connection);

/* All bytes were. */
void inflight_done(struct worker *worker, struct connection *connection);

/* The turn of the connection is over: others need what is not used of its memory. */
void inflight_keep(struct worker *worker, struct connection *connection);

/* Call when the connection ends: logs its remaining responses, with the reason for the end. */
void inflight_end(struct worker *worker, struct connection *connection);

/* When the worker ends. */
void inflight_release(struct worker *worker);

#endif
