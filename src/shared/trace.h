/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace: the last events of a worker, in a ring in shared memory. Writing an event costs a few
 * stores and overwrites the oldest. Any process may copy the ring at any time, even after the
 * writer was killed.
 */
#ifndef SHARED_TRACE_H
#define SHARED_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"

enum trace_kind {
    TRACE_ACCEPT,      /* a connection was accepted */
    TRACE_TAKE,        /* a connection was taken from another worker */
    TRACE_GIVE,        /* a connection was handed to another worker; argument: which */
    TRACE_HEAD,        /* a request header is complete; argument: request_id_number() */
    TRACE_ROUTE,       /* the response was chosen; argument: trace_route() */
    TRACE_FIRST_BYTE,  /* the first bytes of a response were passed to the kernel */
    TRACE_TURN,        /* a connection's turn begins */
    TRACE_TURN_END,    /* argument: bytes sent in it */
    TRACE_WOULD_BLOCK, /* the socket is full */
    TRACE_RESUME,      /* the socket accepts data again */
    TRACE_READ,        /* a thread begins to read from disk */
    TRACE_READ_END,
    TRACE_DONE,   /* all responses in progress were sent; argument: how many */
    TRACE_RESET,  /* a response was cut */
    TRACE_CLOSE,  /* the connection was closed */
    TRACE_TIMER,  /* a deadline of the connection passed; argument: its state */
    TRACE_SIGNAL, /* argument: its number */
    TRACE_START,  /* a process replaces one that has ended; argument: its id */
    TRACE_GAP,    /* only in copies: events were overwritten; argument: how many */
    TRACE_KINDS
};

struct trace_event {
    uint64_t ns;         /* CLOCK_MONOTONIC */
    uint32_t connection; /* counts from 1 in a process; 0: the worker itself */
    uint32_t request;    /* counts from 1 on each connection; 0: none */
    uint64_t argument : 56;
    uint64_t kind : 8;
};

/* The part in shared memory. */
struct trace {
    uint64_t written; /* events so far; the newest is at (written - 1) & mask */
    uint64_t mask;    /* capacity (a power of two) minus 1; 0: off */
    struct trace_event events[];
};

/* "accept". */
const char *trace_kind_name(enum trace_kind kind);

/* How the argument of an event is formatted. */
enum trace_form {
    TRACE_FORM_NONE,
    TRACE_FORM_NUMBER, /* "pid 123" */
    TRACE_FORM_AMOUNT, /* "123 bytes" */
    TRACE_FORM_STATE,  /* "state send": enum row_state */
    TRACE_FORM_ROUTE,  /* "status 200", and the object: trace_route() */
    TRACE_FORM_HEX     /* "id 4bf92f3577b34d"; 0: none */
};

struct trace_argument {
    const char *name; /* NULL: the kind has none */
    enum trace_form form;
};

struct trace_argument trace_argument(enum trace_kind kind);

/* The size of a ring for at least so many events; for 0 events, the size of an empty one. */
size_t trace_size(unsigned events);

/* Initialises zeroed memory of that size. */
void trace_init(struct trace *trace, unsigned events);

/* Call in the worker before the first event. Restores the size of the ring, which a crashed
 * process may have overwritten, and touches all its pages, so that later page faults do not
 * distort the times. */
void trace_adopt(struct trace *trace, unsigned events);

/* Combines the object's label (label.h) and the status. */
static inline uint64_t
trace_route(uint32_t label, unsigned status)
{
    return (uint64_t)status << 32 | label;
}

static inline uint32_t
trace_route_label(uint64_t route)
{
    return (uint32_t)route;
}

static inline unsigned
trace_route_status(uint64_t route)
{
    return (unsigned)(route >> 32);
}

/* CLOCK_MONOTONIC in ns, for events that happen together. */
static inline uint64_t
trace_now(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

/* For the only writer. */
static inline void
trace_add(struct trace *trace, uint64_t ns, enum trace_kind kind, uint32_t connection,
          uint32_t request, uint64_t argument)
{
    struct trace_event *event;

    if (trace->mask == 0)
        return;
    event = &trace->events[trace->written & trace->mask];
    *event = (struct trace_event){ .ns = ns,
                                   .connection = connection,
                                   .request = request,
                                   .argument = argument & 0xffffffffffffff,
                                   .kind = kind & 0xff };
    __atomic_store_n(&trace->written, trace->written + 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* orders the count before the next event */
}

/* A private copy, oldest first. Zeroed: empty. */
struct trace_copy {
    struct trace_event *events;
    size_t count;
    size_t capacity;
};

/* Appends the events from number *since on that still exist, and advances *since past them: a
 * caller that is fast enough misses none. events: the number that the ring was created for,
 * which the writer can't be trusted to tell. 0 or -ENOMEM; trace_free() in both cases. */
int trace_take(const struct trace *trace, unsigned events, uint64_t *since,
               struct trace_copy *copy) __attribute__((warn_unused_result));
void trace_free(struct trace_copy *copy);

/* The number of events so far. */
static inline uint64_t
trace_written(const struct trace *trace)
{
    return __atomic_load_n(&trace->written, __ATOMIC_ACQUIRE);
}

#endif
