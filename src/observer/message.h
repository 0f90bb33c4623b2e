/* SPDX-License-Identifier: BSD-2-Clause */
/* message: one request to the observer: the head, which http/head.h judges, and its content. */
#ifndef OBSERVER_MESSAGE_H
#define OBSERVER_MESSAGE_H

#include <stdbool.h>

#include "base/span.h"
#include "http/request.h"
#include "observer/peer.h"

enum {
    MESSAGE_HEAD_MAX = 16384,
    MESSAGE_TARGET_MAX = 8192,
    MESSAGE_FIELDS_MAX = 64,
    MESSAGE_CONTENT_MAX = 1 << 20, /* addresses to look up: of the largest profiles */
};

/* Begins zeroed. What spans point to is valid until message_free(). */
struct message {
    struct request request;
    struct span method;  /* as written */
    struct span query;   /* behind the '?', still encoded; empty: none */
    struct span content; /* after message_read_content() */

    struct head head;
    char *bytes; /* the head and what came with it */
    size_t length;
    char *scratch; /* backs request.path */
    char *body;    /* backs content */
};

/* What is wrong with a request; status 0: nothing; negative errno: there will be none. */
struct message_error {
    int status;
    const char *reason; /* NULL: the status says it all */
};

/* Up to the end of the head. */
struct message_error message_read_head(struct message *message, const struct peer *peer)
    __attribute__((warn_unused_result));

/* The content, after a look at its length: 411 without one, 413 above MESSAGE_CONTENT_MAX. Asks
 * for it where the client waits to be asked (RFC 9110 section 10.1.1). */
struct message_error message_read_content(struct message *message, const struct peer *peer)
    __attribute__((warn_unused_result));

void message_free(struct message *message);

/* The field lines. */
struct span message_fields(const struct message *message);

/* The next line of rest with the field of this name; rest continues behind it. False: there is
 * none.
 */
bool message_next_field(struct span *rest, struct span name, struct span *value);

/* The weight of this media type in Accept: 0 (it is not named) to 1000; RFC 9110 section
 * 12.5.1. Parameters but the weight, and media ranges are ignored. */
unsigned message_weight(const struct message *message, struct span type);

/* Does Accept-Encoding name this coding? Weights other than "q=0" are ignored. */
bool message_accepts(const struct message *message, struct span coding);

#endif
