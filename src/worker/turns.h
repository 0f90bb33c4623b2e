/* SPDX-License-Identifier: BSD-2-Clause */
/* turns: the connections that have something to do and wait for their turn. */
#ifndef WORKER_TURNS_H
#define WORKER_TURNS_H

#include <sys/queue.h>

struct connection;
struct worker;

TAILQ_HEAD(turn_queue, connection);

/* A worker's part. */
struct turns {
    struct turn_queue queue; /* the longest wait is first */
    unsigned count;
};

void turns_start(struct worker *worker);

/* Puts the connection behind all others, if it does not wait already. */
void turns_add(struct worker *worker, struct connection *connection);

/* Takes it out, if it waits. */
void turns_remove(struct worker *worker, struct connection *connection);

#endif
