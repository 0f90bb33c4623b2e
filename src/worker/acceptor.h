/* SPDX-License-Identifier: BSD-2-Clause */
/* acceptor: accepts connections from the shared listen sockets, up to this worker's share. */
#ifndef WORKER_ACCEPTOR_H
#define WORKER_ACCEPTOR_H

#include <stdbool.h>

#include "worker/worker.h"

/* Watches every listen socket. 0 or a negative errno. */
int acceptor_start(struct worker *worker) __attribute__((warn_unused_result));

/* Stops watching: the sockets stay open for the other workers. */
void acceptor_stop(struct worker *worker);

/* Stops for good: gives up this process's hold on the sockets, so that they close when nobody
 * else holds them. last: nobody else accepts, so who waits in their queues is taken before. */
void acceptor_close(struct worker *worker, bool last);

/* Once a turn: watches again when the reason for a pause is gone. */
void acceptor_resume(struct worker *worker);

/* The doorbell: another worker has accepted, so it may be this one's turn. */
void acceptor_rung(struct worker *worker, struct watch *watch, uint32_t events);

#endif
