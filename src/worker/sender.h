/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender: writes the staged bytes and the current body of a connection to its socket.
 */
#ifndef WORKER_SENDER_H
#define WORKER_SENDER_H

#include <stddef.h>

#include "worker/outcome.h"
#include "worker/splice.h"
#include "worker/transmit.h"
#include "worker/watch.h"

struct connection;
struct reader;
struct worker;

/* A worker's part. */
struct sender {
    size_t budget;     /* bytes that the connection which has its turn may still send */
    char *chunk;       /* for a piece of a file; of one connection, never across two turns */
    size_t chunk_size; /* what the least send buffer takes, see sndbuf_chunk() */
    struct transmit_load load;
    struct splice_pipe pipe; /* for pages; there may be none */
    struct reader *reader;   /* for reads that would block the loop */
    struct watch loaded;     /* the reader's event */
};

/* Before the sandbox, which has no pipe2(2), and as the worker's user, whose pipes are counted.
 * 0 or a negative errno; sender_release() in both cases. */
int sender_open(struct worker *worker) __attribute__((warn_unused_result));
void sender_release(struct worker *worker);

/*
 * Sends within the budget. OUTCOME_SENT: all has left. Else OUTCOME_BLOCKED, _YIELDED,
 * _QUEUED, _READING or _BROKEN. Afterwards the worker's stage is empty: what the socket refused
 * is in the connection's outbox.
 */
enum outcome sender_push(struct worker *worker, struct connection *connection);

/* Takes what reader threads have brought: a connection that waited for it, or NULL when there
 * is no further one. */
struct connection *sender_loaded(struct worker *worker);

#endif
