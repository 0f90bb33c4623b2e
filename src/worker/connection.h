/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: one client. Its states are the rows of a table in connection.c; buffers exist
 * only while they hold something, so that an idle connection costs this struct and its row
 * (rows.h) alone.
 */
#ifndef WORKER_CONNECTION_H
#define WORKER_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "object/object.h"
#include "worker/activity.h"
#include "worker/admission.h"
#include "worker/inbox.h"
#include "worker/sndbuf.h"
#include "worker/stage.h"
#include "worker/timers.h"
#include "worker/watch.h"

/* What they mean stands in rows.h. */
#define CONNECTION_STATE(name, text) CONNECTION_##name = ROW_##name,

enum connection_state { ROWS_STATES(CONNECTION_STATE) CONNECTION_STATES };

struct multipart;
struct reader_job;

struct connection {
    struct watch watch; /* first member: the loop finds the connection by it */
    enum connection_state state : 8;
    bool readable : 1; /* no short read since the last event */
    bool hangup : 1;   /* the peer has shut down its side: an end of file is to come */
    bool closing : 1;  /* no request after this one */
    bool refused : 1;  /* above the limit: told so, and not counted as served */
    bool queued : 1;   /* in the worker's queue */
    struct sndbuf sndbuf;
    uint32_t unacknowledged; /* bytes in the socket when it last refused more */
    uint32_t requests;
    uint32_t stays; /* seconds, until when it is not given to another worker */
    struct timer timer;
    TAILQ_ENTRY(connection) turn; /* while queued */
    struct inbox *inbox;          /* received, not yet a whole head; NULL while nothing is */
    struct outbox *outbox;        /* staged, refused by the socket; likewise */

    /* The body under way; object is NULL while there is none. */
    const struct object *object;
    uint64_t position;
    uint64_t end;
    uint64_t measured;           /* position at the last connection_measure(); unset while 0 */
    struct multipart *multipart; /* NULL unless several ranges are sent */
    struct reader_job *loading;  /* a read under way, the threads' own; NULL: none */
    struct reader_job *loaded;   /* one that has come back; NULL: none */

    struct activity activity;
    struct admission admission;
};

TAILQ_HEAD(connection_queue, connection);

/* Takes over the descriptor; `how` it came: TRACE_ACCEPT or TRACE_TAKE. NULL (and the
 * descriptor closed) without memory. */
struct connection *connection_open(struct worker *worker, int fd, enum trace_kind how);

/* Gives back everything at once. The pointer is void afterwards. */
void connection_close(struct worker *worker, struct connection *connection);

/* The same, but the peer sees a reset: its answer was cut short. */
void connection_reset(struct worker *worker, struct connection *connection);

/* No more is to be sent: shuts down our side and discards what still arrives, so that the
 * kernel doesn't destroy the answer with a reset (RFC 9112 section 9.6). */
void connection_finish(struct worker *worker, struct connection *connection);

/* The one way to change state: keeps the timer in step. */
void connection_enter(struct worker *worker, struct connection *connection,
                      enum connection_state state);

/* Starts the current state's timer anew. */
void connection_rearm(struct worker *worker, struct connection *connection);

/* Puts the connection behind all others that have something to do. */
void connection_yield(struct worker *worker, struct connection *connection);

/* Gives one connection of the queue its turn. */
void connection_take_turn(struct worker *worker, struct connection *connection);

/* Acts on every state's timers that are due. */
void connection_expire(struct worker *worker);

/* Closes the idle connection that has waited longest and on which no request has come. False:
 * there is none among the first few. */
bool connection_close_idle(struct worker *worker);

/* Closes the one that has lingered longest, if there is one. */
void connection_close_lingering(struct worker *worker);

/* Idle connections get a last grace; the others end when their answers have left. */
void connection_drain(struct worker *worker);

/* Resets the connections whose clients have taken less than drain_rate since the last call, and
 * returns how many. A body that has begun meanwhile, or waits for something else than its
 * client, is measured next time. */
unsigned connection_measure(struct worker *worker);

/* Closes every connection. Returns how many answers that cuts: their clients are reset. */
unsigned connection_close_all(struct worker *worker);

#endif
