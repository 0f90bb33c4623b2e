/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bounds: what one client address may have: connections, and responses under way
 * (limit_connections, limit_requests). The counts of all workers count.
 */
#ifndef WORKER_BOUNDS_H
#define WORKER_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct connection;
struct worker;

#define BOUNDS_RETRY_AFTER 1 /* seconds after which a client that was refused may ask again */

/* A connection's part: what stands for its client, see census.h; 0: it is not counted. */
struct bounds {
    uint64_t connection;
    uint64_t response;
    uint64_t next; /* of the request that was admitted last */
};

/* Counts the connection, whose client is known now. False: it has too many, and this one is not
 * counted. Trusted proxies have no limit. */
bool bounds_connect(struct worker *worker, struct connection *connection);

/* The same, however many it has: the connection was served before by another worker. */
void bounds_take(struct worker *worker, struct connection *connection);

/* May its client have one more response? fields: the lines of the request, in which a trusted
 * proxy tells the client. */
bool bounds_admit(struct worker *worker, struct connection *connection, struct span fields);

/* The body of the request that was admitted last is under way, and has ended. */
void bounds_begin(struct worker *worker, struct connection *connection);
void bounds_end(struct worker *worker, struct connection *connection);

/* The connection ends. */
void bounds_leave(struct worker *worker, struct connection *connection);

#endif
