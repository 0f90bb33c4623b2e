/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows: one row per connection of a worker, in shared memory, which can be read while the
 * worker serves and while it is stuck.
 */
#ifndef SHARED_ROWS_H
#define SHARED_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* The states of a connection, for rows and for the worker (connection.h): STATE(name, text). */
#define ROWS_STATES(STATE)                                                                     \
    STATE(IDLE, "idle")         /* between requests */                                         \
    STATE(DRAINING, "draining") /* the same while draining: one last request may come */       \
    STATE(HEAD, "head")         /* a request header is incomplete */                           \
    STATE(SEND, "send")         /* a response is not completely sent */                        \
    STATE(READ, "read")         /* a thread reads the next part from disk */                   \
    STATE(LINGER, "linger")     /* everything is sent; further input is discarded */

#define ROWS_STATE(name, text) ROW_##name,

enum row_state { ROWS_STATES(ROWS_STATE) ROW_STATES };

/* Times are ns of CLOCK_MONOTONIC. */
struct row {
    uint64_t opened;
    uint64_t since;    /* when the state was entered */
    uint64_t position; /* next byte of the body to send */
    uint64_t end;      /* end of that range; 0: no body is being sent */
    uint64_t stalled;  /* total time, in ns, that the socket was full */
    uint32_t requests;
    uint32_t connection; /* its number in traces; 0: the row is free */
    uint32_t label;      /* the object that is served, see label.h */
    uint16_t state;
    uint16_t reason;   /* enum marker: what it waits for; 0: nothing */
    uint32_t next;     /* of a free row: the next free one plus 1; 0: none */
    uint32_t waits;    /* start of the wait, in ms of CLOCK_MONOTONIC modulo 2^32 */
    uint64_t socket;   /* inode of the socket; 0: not needed */
    uint32_t sent;     /* label of the body of which bytes were sent last */
    uint32_t buffered; /* bytes in its own buffers, see copies.h */
};

struct rows {
    uint32_t count;
    uint32_t free;  /* first free row among those used before, plus 1; 0: none */
    uint32_t taken; /* rows used so far */
    uint32_t unused;
    struct row rows[];
};

/* "send" */
const char *rows_state_name(enum row_state state);

/* The size of the memory for so many rows. */
size_t rows_size(unsigned count);

/* Removes all rows; called when a worker starts. */
void rows_start(struct rows *rows, unsigned count);

/* For the only writer: returns a zeroed row; NULL: none is free. */
struct row *rows_take(struct rows *rows);
void rows_give(struct rows *rows, struct row *row);

/* For any process: copies the next row in use; *place starts at 0. capacity: the number of rows
 * that the memory holds, which the writer can't be trusted to tell. Returns 0 at the end. */
int rows_next(const struct rows *rows, unsigned capacity, size_t *place, struct row *copy);

#endif
