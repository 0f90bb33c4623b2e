/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange: requests in, responses out (RFC 9112 section 9): reads heads, decides responses,
 * passes them to the sender in the order of the requests.
 */
#ifndef WORKER_EXCHANGE_H
#define WORKER_EXCHANGE_H

#include "worker/worker.h"

/* The socket has bytes, and no answer is under way. */
void exchange_receive(struct worker *worker, struct connection *connection);

/* The socket takes bytes again, or a new turn has come. */
void exchange_send(struct worker *worker, struct connection *connection);

/* The head did not arrive in time: 408. */
void exchange_time_out(struct worker *worker, struct connection *connection);

/* There are too many connections: 503, whatever is asked. */
void exchange_refuse_busy(struct worker *worker, struct connection *connection);

#endif
