/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows: a row for each connection of a worker, in shared memory, readable while the worker
 * serves and while it is stuck.
 */
#ifndef SHARED_ROWS_H
#define SHARED_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* The states of a connection, for rows and for the worker (connection.h): STATE(name, text). */
#define ROWS_STATES(STATE)                                                                     \
    STATE(IDLE, "idle")         /* between requests */                                         \
    STATE(DRAINING, "draining") /* the same in a worker that drains: a last one may come */    \
    STATE(HEAD, "head")         /* a request head is incomplete */                             \
    STATE(SEND, "send")         /* a response has not left */                                  \
    STATE(READ, "read")         /* a thread reads what is to be sent next */                   \
    STATE(LINGER, "linger")     /* all is sent and said; what still arrives is discarded */

#define ROWS_STATE(name, text) ROW_##name,

enum row_state { ROWS_STATES(ROWS_STATE) ROW_STATES };

/* Times are ns of CLOCK_MONOTONIC. */
struct row {
    uint64_t opened;
    uint64_t since;    /* when the state was entered */
    uint64_t position; /* of the body under way: the next byte to send */
    uint64_t end;      /* the one after the last; 0: no body is under way */
    uint64_t stalled;  /* ns that the client let its socket be full, in all */
    uint32_t requests;
    uint32_t connection; /* its number in traces; 0: the row is free */
    uint32_t label;      /* what it is served, see label.h */
    uint16_t state;
    uint16_t reason;   /* enum marker: what it waits for; 0: nothing */
    uint32_t next;     /* of a free row: the next free one, plus 1 */
    uint32_t waits;    /* ms of CLOCK_MONOTONIC modulo 2^32: since when it waits */
    uint64_t socket;   /* its inode; 0: nobody wants to know */
    uint32_t sent;     /* the label of the body whose bytes were sent last */
    uint32_t buffered; /* bytes in buffers of its own, see copies.h */
};

struct rows {
    uint32_t count;
    uint32_t free;  /* the first free row of those used before, plus 1; 0: none */
    uint32_t taken; /* rows that were ever used */
    uint32_t unused;
    struct row rows[];
};

/* "send" */
const char *rows_state_name(enum row_state state);

/* Bytes for so many rows. */
size_t rows_size(unsigned count);

/* A worker begins with no connections. */
void rows_start(struct rows *rows, unsigned count);

/* A zeroed row for the one writer; NULL: all are taken. */
struct row *rows_take(struct rows *rows);
void rows_give(struct rows *rows, struct row *row);

/* For any process: the next row in use, copied; start with *place = 0. capacity: the rows that
 * the memory holds, whatever a broken writer says. Returns 0 at the end. */
int rows_next(const struct rows *rows, unsigned capacity, size_t *place, struct row *copy);

#endif
