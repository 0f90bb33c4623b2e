/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff: passes connections from one worker to another (unix(7), SCM_RIGHTS). Connections in
 * a handoff outlive the worker that they were sent to: its replacement takes them.
 */
#ifndef WORKER_HANDOFF_H
#define WORKER_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connection;
struct watch;
struct worker;

/* The two ends of one worker's handoff. */
struct handoff {
    int give; /* the end that all workers write to */
    int take;
};

/* Master. 0, or a negative errno with nothing open. */
int handoff_open(struct handoff *handoff) __attribute__((warn_unused_result));
void handoff_close(struct handoff *handoff);

/*
 * A large body is requested, and no response has begun: if another worker should have the
 * connection (steering.h), passes it on with the request and what follows it, the length bytes
 * at rest. True: the other worker has it, and the caller closes it here. False: it stays, and
 * nothing has changed. A connection that came through a handoff stays for at least a second.
 */
bool handoff_offer(struct worker *worker, struct connection *connection, const char *rest,
                   size_t length);

/* A connection has been sent to this worker. */
void handoff_ready(struct worker *worker, struct watch *watch, uint32_t events);

/*
 * Takes the connections that were sent to any worker. A worker that begins to drain calls it,
 * so that what it sent to a worker that has ended since is not lost.
 */
void handoff_empty(struct worker *worker);

#endif
