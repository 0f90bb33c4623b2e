/* SPDX-License-Identifier: BSD-2-Clause */
/* acceptor: accepts connections from the shared listen sockets, up to the worker's share. */
#ifndef WORKER_ACCEPTOR_H
#define WORKER_ACCEPTOR_H

#include <stdbool.h>

#include <stdint.h>

#include "worker/watch.h"

struct worker;

/* A worker's part. */
struct acceptor {
    struct watch *listeners;
    struct watch doorbell;
    uint64_t paused_since; /* ns, for lack of descriptors or memory; 0: it is not */
    uint64_t again_at;     /* ms, when accepting is tried again; 0: not paused */
    uint64_t complain_at;  /* ms, when a lack of descriptors is worth another line in the log */
};

/* Watches every listen socket and the doorbell. 0 or a negative errno. */
int acceptor_open(struct worker *worker) __attribute__((warn_unused_result));
void acceptor_release(struct worker *worker);

/* Stops for good: closes the sockets in this process; they are really closed when no other
 * process has them open. last: no other worker accepts, so connections in the queues are
 * accepted first. */
void acceptor_close(struct worker *worker, bool last);

/* Once a turn: watches again when the reason for a pause is gone. */
void acceptor_resume(struct worker *worker);

#endif
