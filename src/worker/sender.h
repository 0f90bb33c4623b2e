/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender: writes the staged bytes and the current body of a connection to its socket.
 */
#ifndef WORKER_SENDER_H
#define WORKER_SENDER_H

#include "worker/worker.h"

enum sender_result {
    SENDER_DONE,    /* everything has left */
    SENDER_BLOCKED, /* the socket takes no more for now: an event will tell */
    SENDER_YIELDED, /* the turn is over; the socket would take more */
    SENDER_QUEUED,  /* others send first: it has a turn when it may, see admission.h */
    SENDER_READING, /* a thread reads the next piece: sender_loaded() goes on */
    SENDER_GONE,    /* the connection is not ours any more; its pointer is void */
};

#define SENDER_LINE 64 /* a cache line: worker->chunk has so much space to spare */

/* Sends until one of the above. Afterwards the worker's stage is empty: what the socket refused
 * is in the connection's outbox. */
enum sender_result sender_push(struct worker *worker, struct connection *connection);

/* Reader threads have brought something: the connections that waited for it go on. */
void sender_loaded(struct worker *worker, struct watch *watch, uint32_t events);

#endif
