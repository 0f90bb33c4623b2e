/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * activity: what a worker records about its connections: durations (slots.h), events
 * (trace.h), waits (block.h), states (rows.h), and the object and request that the CPU works
 * for (label.h). Time is worker->now_ns, which is read once a turn of the loop, once a request
 * and once a system call that sends.
 */
#ifndef WORKER_ACTIVITY_H
#define WORKER_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/marker.h"
#include "shared/rows.h"
#include "shared/trace.h"

struct connection;
struct object;
struct slot_timing;
struct stacks;
struct worker;

/* A connection's part. */
struct activity {
    struct row *row;             /* NULL: there are more connections than rows */
    struct slot_timing *section; /* of the first of the responses under way; NULL: none */
    uint64_t began;         /* ns, when the first of the responses under way was asked for */
    uint64_t waits;         /* ns, since when it waits; 0: it does not */
    uint32_t id;            /* counts from 1 */
    uint16_t under_way;     /* responses begun and not wholly handed over; they fit the stage */
    enum marker reason : 8; /* what it waits for */
    bool first : 1;         /* a byte of them has been handed over */
};

/* A worker's part: these are shared, see tables.h. */
struct activities {
    struct trace *trace;
    struct rows *rows;
    struct stacks *waits;
    uint32_t last_id; /* of a connection */
};

/* Once, before the first connection. */
void activity_start(struct worker *worker);

/* Reads the clock. */
void activity_note_time(struct worker *worker);

void activity_open(struct worker *worker, struct connection *connection, enum trace_kind how);
void activity_close(struct worker *worker, struct connection *connection);

/* Around what a connection does in one turn; it may be gone at the end. */
uint32_t activity_turn(struct worker *worker, struct connection *connection);
void activity_turn_end(struct worker *worker, uint32_t id);

/* The state was `from`, and has changed or begins anew. wait: what the connection now waits
 * for; 0: nothing that is counted. */
void activity_change(struct worker *worker, struct connection *connection, unsigned from,
                     enum marker wait);

/* The search for a head begins: no request is known yet. */
void activity_head(const struct connection *connection);

/* The identifier of the request that is answered from now on, for logs and a crash; a text that
 * stays until the turn ends. NULL: none. */
void activity_identify(const char *id);

/* A response begins; object NULL: none was found. */
void activity_response(struct worker *worker, struct connection *connection,
                       const struct object *object, unsigned status);

/* Bytes were handed to the kernel, so many of them of a body. */
void activity_sent(struct worker *worker, struct connection *connection, uint64_t body);

/* All responses under way have been handed over. */
void activity_done(struct worker *worker, struct connection *connection);

/* The worker as a whole waited so many ns. */
void activity_waited(struct worker *worker, enum marker reason, uint64_t ns);

/* Any other event; connection NULL: of the worker. */
void activity_note(struct worker *worker, const struct connection *connection,
                   enum trace_kind kind, uint64_t argument);

#endif
