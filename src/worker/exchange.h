/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange: requests in, responses out (RFC 9112 section 9): reads heads, decides responses,
 * passes them to the sender in the order of the requests. These functions are the steps of a
 * connection's states, see connection.c.
 */
#ifndef WORKER_EXCHANGE_H
#define WORKER_EXCHANGE_H

#include <stdbool.h>

#include "http/request_id.h"
#include "worker/outcome.h"

struct connection;
struct worker;

/* A worker's part: buffers that one connection uses at a time, never across two turns. */
struct exchange {
    char *inbox;          /* server.max_header_size bytes */
    char *path;           /* server.max_target_size bytes */
    struct request_id id; /* of the request that is being answered */
    struct request_id_source ids;
    bool *stale; /* by object: its file changed; it is answered with 500 */
};

/* 0 or a negative errno; exchange_release() in both cases. */
int exchange_open(struct worker *worker) __attribute__((warn_unused_result));
void exchange_release(struct worker *worker);

/* The socket has bytes, and no response is under way. */
enum outcome exchange_receive(struct worker *worker, struct connection *connection);

/* The time between two requests is over. A request whose event has not come yet is answered. */
enum outcome exchange_idle_out(struct worker *worker, struct connection *connection);

/* The socket takes bytes again, or a new turn has come. */
enum outcome exchange_send(struct worker *worker, struct connection *connection);

/* Nothing more is sent: discards what arrives until the client closes, too. */
enum outcome exchange_discard(struct worker *worker, struct connection *connection);

/* The head did not arrive in time: 408, unless its last bytes are there. */
enum outcome exchange_time_out(struct worker *worker, struct connection *connection);

/* A file was not read in time, or not opened: 503. */
enum outcome exchange_wait_out(struct worker *worker, struct connection *connection);

/* There are too many connections: 503, whatever the request is. */
enum outcome exchange_refuse_busy(struct worker *worker, struct connection *connection);

#endif
