/* SPDX-License-Identifier: BSD-2-Clause */
/* serve: from one request head to a staged response. */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "http/head.h"
#include "worker/outcome.h"

struct connection;
struct object;
struct worker;

/* The bytes received that are not yet answered. */
struct input {
    const char *at;
    size_t length;
    struct head head; /* how far the first of them are understood */
    bool advanced;    /* a head has been taken off: another one is at the front now */
};

/* Answers the request whose head is at the front of input, if it is complete. OUTCOME_SENT:
 * input may hold another one. */
enum outcome serve_head(struct worker *worker, struct connection *connection,
                        struct input *input);

/* Stages an error response, after which the connection closes. */
void serve_refuse(struct worker *worker, struct connection *connection,
                  const struct input *input, unsigned status, const char *reason,
                  bool head_only);

/* Out of memory: the client must not take an incomplete response for the whole. */
enum outcome serve_give_up(struct worker *worker, struct connection *connection);

/* Serving the object has failed: where its file has changed, it is not served until a reload.
 */
void serve_note_stale(struct worker *worker, const struct object *object, int error);

#endif
