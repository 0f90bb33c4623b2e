/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress: does a client read what it is sent? The bytes that its kernel has acknowledged tell
 * a slow reader from a stalled one.
 */
#ifndef WORKER_PROGRESS_H
#define WORKER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/outcome.h"

struct connection;
struct worker;

/* A connection's part. */
struct progress {
    uint32_t unacknowledged; /* bytes in the socket when it last refused more */
    uint64_t given;          /* bytes to the kernel, heads included */
    uint64_t measured;       /* at the last progress_is_slow(); 0: it was not */
};

/* The socket takes no more bytes. */
void progress_blocked(struct connection *connection);

/* server.send_timeout has expired. While bytes are acknowledged, or others send first, the
 * client gets more time: OUTCOME_BLOCKED or OUTCOME_QUEUED; else OUTCOME_BROKEN. */
enum outcome progress_expired(struct worker *worker, struct connection *connection);

/* A response begins, and nothing was left to be sent. */
static inline void
progress_begin(struct progress *progress)
{
    progress->measured = 0;
}

/* Has the client taken less than server.drain_rate since the last call, in which
 * server.send_timeout has gone by? A response that has begun meanwhile, or waits for something
 * else than its client, is measured next time. */
bool progress_is_slow(const struct worker *worker, struct connection *connection);

#endif
