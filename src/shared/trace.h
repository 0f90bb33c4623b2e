/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace: the last events of a worker: a ring in shared memory. Writing one costs a few stores;
 * the oldest are overwritten. Any process may copy the ring at any time, also after the writer
 * was killed.
 */
#ifndef SHARED_TRACE_H
#define SHARED_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"

enum trace_kind {
    TRACE_ACCEPT,      /* a connection is there */
    TRACE_TAKE,        /* one is there that another worker had */
    TRACE_GIVE,        /* another worker gets it; argument: which */
    TRACE_HEAD,        /* a request's head is whole; argument: request_id_number() */
    TRACE_ROUTE,       /* it is decided; argument: trace_route() */
    TRACE_FIRST_BYTE,  /* of a response, handed to the kernel */
    TRACE_TURN,        /* a connection's turn begins */
    TRACE_TURN_END,    /* argument: bytes handed over in it */
    TRACE_WOULD_BLOCK, /* the socket is full */
    TRACE_RESUME,      /* it took more */
    TRACE_READ,        /* a thread reads from a disk */
    TRACE_READ_END,
    TRACE_DONE,   /* all responses under way have left; argument: how many */
    TRACE_RESET,  /* the response was cut */
    TRACE_CLOSE,  /* the connection is gone */
    TRACE_TIMER,  /* a deadline of the connection has passed; argument: its state */
    TRACE_SIGNAL, /* argument: its number */
    TRACE_START,  /* a process takes the place of one that has ended; argument: its id */
    TRACE_GAP,    /* in copies: events that were overwritten; argument: how many */
    TRACE_KINDS
};

struct trace_event {
    uint64_t ns;         /* CLOCK_MONOTONIC */
    uint32_t connection; /* counts from 1 in a process; 0: the worker itself */
    uint32_t request;    /* counts from 1 on a connection; 0: none */
    uint64_t argument : 56;
    uint64_t kind : 8;
};

/* The shared part. */
struct trace {
    uint64_t written; /* events so far; the newest is at (written - 1) & mask */
    uint64_t mask;    /* places less one; a power of two less one; 0: off */
    struct trace_event events[];
};

/* "accept". */
const char *trace_kind_name(enum trace_kind kind);

/* How the argument of an event is told. */
enum trace_form {
    TRACE_FORM_NONE,
    TRACE_FORM_NUMBER, /* "pid 123" */
    TRACE_FORM_AMOUNT, /* "123 bytes" */
    TRACE_FORM_STATE,  /* "state send": enum row_state */
    TRACE_FORM_ROUTE,  /* "status 200", and an object: trace_route() */
    TRACE_FORM_HEX     /* "id 4bf92f3577b34d"; 0: none */
};

struct trace_argument {
    const char *name; /* NULL: the kind has none */
    enum trace_form form;
};

struct trace_argument trace_argument(enum trace_kind kind);

/* Bytes for a ring of at least so many events; 0 of them: only the head. */
size_t trace_size(unsigned events);

/* Zeroed memory of that size becomes a ring. */
void trace_init(struct trace *trace, unsigned events);

/* In the worker, before the first event: the shape is as it was made, whatever a process that
 * died of a wild pointer has left there, and all pages of the ring are there, so that their
 * faults do not fall into what is traced. */
void trace_adopt(struct trace *trace, unsigned events);

/* What is answered: the object (see label.h), and with which status. */
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

/* CLOCK_MONOTONIC in ns, for what several events share. */
static inline uint64_t
trace_now(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

/* For the one writer. */
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
    __atomic_thread_fence(__ATOMIC_RELEASE); /* the next event is written after the count */
}

/* A private copy, oldest first. Zeroed: empty. */
struct trace_copy {
    struct trace_event *events;
    size_t count;
    size_t capacity;
};

/* Appends the events from number *since on, as far as they are still there, and moves *since
 * behind them: done often enough, nothing is missed. events: what the ring was made for,
 * whatever a broken writer says. 0 or -ENOMEM; trace_free() in both cases. */
int trace_take(const struct trace *trace, unsigned events, uint64_t *since,
               struct trace_copy *copy) __attribute__((warn_unused_result));
void trace_free(struct trace_copy *copy);

/* How many there have been. */
static inline uint64_t
trace_written(const struct trace *trace)
{
    return __atomic_load_n(&trace->written, __ATOMIC_ACQUIRE);
}

#endif
