/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * admission: how many connections send large bodies at a time. If thousands send at once, the
 * bytes in flight fit in no cache, and each byte crosses the memory bus once more; so only some
 * send, and the others wait in order. A client that takes nothing for ADMISSION_PATIENCE loses
 * its slot to the next connection, and continues without one.
 */
#ifndef WORKER_ADMISSION_H
#define WORKER_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define ADMISSION_PATIENCE 20 /* milliseconds */

struct connection;
struct worker;

enum admission_standing {
    ADMISSION_NONE,    /* has not asked */
    ADMISSION_WAITING, /* in the queue */
    ADMISSION_HOLDING, /* has a slot */
    ADMISSION_FREE     /* had one, was too slow for it, and continues without */
};

/* A connection's part. */
struct admission {
    TAILQ_ENTRY(connection) entry; /* of the queue, or of those with a slot */
    uint64_t progress;             /* ms, when it last handed bytes over */
    enum admission_standing standing : 8;
};

TAILQ_HEAD(admission_list, connection);

/* A worker's part. */
struct admissions {
    struct admission_list waiting; /* who came first is first */
    struct admission_list holding; /* whose progress is the oldest is first */
    unsigned held;
};

void admission_start(struct worker *worker);

/* May it send its body now? If not, it is queued, and has a turn when it may. */
bool admission_ask(struct worker *worker, struct connection *connection);

/* It has handed bytes over. */
void admission_progress(struct worker *worker, struct connection *connection);

/* Its body has left, or the connection is gone. */
void admission_leave(struct worker *worker, struct connection *connection);

/* Frees the slots of clients that take nothing, while others wait. */
void admission_expire(struct worker *worker);

/* Milliseconds until admission_expire() may have something to do, at most wait; -1: never. */
int admission_wait(const struct worker *worker, int wait);

#endif
