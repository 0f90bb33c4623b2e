/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * label: what a thread is working for at the moment. Every sample taken meanwhile carries it,
 * and the record of a crash has the request besides. Costs a store each, so it can be set at
 * every turn.
 */
#ifndef STACK_LABEL_H
#define STACK_LABEL_H

#include <stdint.h>

#define LABEL_NONE 0 /* the loop itself; objects are their index + 1 */

/* For the calling thread, until it is set again. */
void label_set(uint32_t label);

/* Safe in signal handlers. */
uint32_t label_get(void);

/* Whose request it is, by the numbers that traces have. */
struct label_request {
    uint32_t connection; /* 0: nobody's */
    uint32_t number;     /* 0: there is none yet, or no longer */
};

/* For this thread. */
void label_set_request(struct label_request request);
struct label_request label_request(void);

#define LABEL_ID_SIZE 65 /* of a request, with its NUL */

/* The identifier of that request, a text that stays while it is set; NULL: none. */
void label_set_id(const char *id);
const char *label_id(void);

#define LABEL_REQUEST_SIZE 64

/* ", connection 12, request 3", without what is 0. */
void label_describe_request(struct label_request request, char text[static LABEL_REQUEST_SIZE]);

#endif
