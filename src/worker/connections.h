/* SPDX-License-Identifier: BSD-2-Clause */
/* connections: operations on many connections, or on one that is chosen among them. */
#ifndef WORKER_CONNECTIONS_H
#define WORKER_CONNECTIONS_H

#include <stdbool.h>

#include "worker/connection.h"
#include "worker/timers.h"

struct worker;

/* A worker's part. */
struct connections {
    struct timer_queue timers[CONNECTION_STATES];
    unsigned count;
    unsigned refused; /* of them: those above the limit, which only wait for their end */
};

void connections_start(struct worker *worker);

/* Closes the idle connection that has waited longest and on which no request has come. False:
 * there is none among the first few. */
bool connections_close_idle(struct worker *worker);

/* Closes the one that has lingered longest, if there is one. */
void connections_close_lingering(struct worker *worker);

/* The worker drains: idle connections get a last grace; the others end when their responses
 * have left. */
void connections_drain(struct worker *worker);

/* Resets the connections whose clients are too slow to wait for (progress_is_slow()), and
 * returns how many. */
unsigned connections_cut_slow(struct worker *worker);

/* Closes every connection. Returns how many responses that cuts: their clients are reset. */
unsigned connections_close_all(struct worker *worker);

#endif
