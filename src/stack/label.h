/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: what a thread is working on: an object and a request. Every sample carries the label,
 * and crash records also the request. Setting it costs one store, so that the worker can set it
 * at every turn.
 */
#ifndef STACK_LABEL_H
#define STACK_LABEL_H

#include <stdint.h>

#define LABEL_NONE 0 /* the loop itself; objects are their index + 1 */

/* For the calling thread, until it is set again. */
void label_set(uint32_t label);

/* Safe in signal handlers. */
uint32_t label_get(void);

/* A request, by the numbers used in traces. */
struct label_request {
    uint32_t connection; /* 0: no connection */
    uint32_t number;     /* 0: no request yet, or none any more */
};

/* For this thread. */
void label_set_request(struct label_request request);
struct label_request label_request(void);

#define LABEL_ID_SIZE 65 /* with the terminating NUL */

/* The identifier of that request; the text is borrowed while it is set. NULL: none. */
void label_set_id(const char *id);
const char *label_id(void);

#define LABEL_REQUEST_SIZE 64

/* ", connection 12, request 3"; leaves out what is 0. */
void label_describe_request(struct label_request request, char text[static LABEL_REQUEST_SIZE]);

#endif
