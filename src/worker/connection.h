/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: one client, and its state machine. Buffers exist only while they hold something,
 * so that an idle connection costs this struct and its row (rows.h) alone.
 */
#ifndef WORKER_CONNECTION_H
#define WORKER_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "object/object.h"
#include "worker/access_line.h"
#include "worker/activity.h"
#include "worker/admission.h"
#include "worker/bounds.h"
#include "worker/inbox.h"
#include "worker/outcome.h"
#include "worker/progress.h"
#include "worker/sndbuf.h"
#include "worker/stage.h"
#include "worker/timers.h"
#include "worker/watch.h"

/* rows.h says what they mean. */
#define CONNECTION_STATE(name, text) CONNECTION_##name = ROW_##name,

enum connection_state { ROWS_STATES(CONNECTION_STATE) CONNECTION_STATES };

struct inflight;
struct multipart;
struct open_file;
struct reader_job;

struct connection {
    struct watch watch; /* first member: the loop finds the connection by it */
    enum connection_state state : 8;
    bool readable : 1; /* no short read since the last event */
    bool hangup : 1;   /* the peer has shut down its side: an end of file is to come */
    bool closing : 1;  /* no request after this one */
    bool refused : 1;  /* above the limit: gets 503, and is not counted as served */
    bool proxied : 1;  /* a PROXY protocol header is to come first */
    bool queued : 1;   /* in the queue of turns.h */
    bool limited : 1;  /* refused for one too many of its client */
    bool opening : 1;  /* waits for its file, see open_file.h */
    enum termination termination : 8; /* why responses end that are cut */
    struct sndbuf sndbuf;
    uint32_t requests;
    uint32_t stays; /* seconds, until when it stays with this worker */
    struct timer timer;
    TAILQ_ENTRY(connection) turn; /* while queued */
    struct inbox *inbox;          /* received, not yet a whole head; NULL while nothing is */
    struct outbox *outbox;        /* staged, refused by the socket; NULL while nothing is */
    struct inflight *inflight;    /* what is to be logged of responses; likewise */
    struct address peer;          /* who is connected */
    struct address client;        /* whom a proxy is connected for; or the same */

    /* The body under way; object is NULL while there is none. */
    const struct object *object;
    uint64_t position;
    uint64_t end;
    uint64_t handed;             /* bytes of it that the kernel has been given */
    struct multipart *multipart; /* NULL unless several ranges are sent */
    struct reader_job *loading;  /* a read under way, the threads' own; NULL: none */
    struct reader_job *loaded;   /* one that has come back; NULL: none */

    struct open_file *file; /* that it uses, or waits for; NULL: none */
    SLIST_ENTRY(connection) next_waiting;
    int open_error; /* of the file that it waited for; 0: none */

    struct bounds bounds;
    uint64_t rate; /* bytes a second, see pacing.h; 0: no limit */

    struct progress progress;
    struct activity activity;
    struct admission admission;
};

/* Takes over the descriptor; `how` it came: TRACE_ACCEPT or TRACE_TAKE. It waits for a request.
 * NULL (and the descriptor closed) without memory. */
struct connection *connection_open(struct worker *worker, int fd, const struct address *peer,
                                   enum trace_kind how);

/* The worker has too many connections: sends 503, whatever is asked. The pointer is invalid
 * afterwards. */
void connection_refuse(struct worker *worker, struct connection *connection);

/* What follows from the outcome: the next state, another turn, or the end. The pointer may
 * be invalid after OUTCOME_FINISHED, OUTCOME_CLOSED or OUTCOME_BROKEN. */
void connection_settle(struct worker *worker, struct connection *connection,
                       enum outcome outcome);

/* Reader threads have finished jobs: the connections that waited for them continue. */
void connection_loaded(struct worker *worker, struct watch *watch, uint32_t events);

/* One turn for each connection that waits for one now; one that yields again waits for the next
 * round. */
void connection_take_turns(struct worker *worker);

/* Acts on every state's timers that are due. */
void connection_expire(struct worker *worker);

static inline struct connection *
connection_of_timer(struct timer *timer)
{
    return (struct connection *)(void *)((char *)timer - offsetof(struct connection, timer));
}

#endif
