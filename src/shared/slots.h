/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots: statistics in shared memory. Each worker writes its own slot and nobody else's, but
 * for a few fields that say who writes them, so there are no locks; any process may read all of
 * them at any time. A respawned worker continues the counters of the one it replaces, so totals
 * never decrease.
 */
#ifndef SHARED_SLOTS_H
#define SHARED_SLOTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/exemplar.h"
#include "shared/histogram.h"

#define SLOT_STARTING (-1) /* in place of a process id: it is about to be */
#define SLOTS_LINE    64   /* a cache line: no two writers share one */

enum { SLOTS_STATUS_CLASSES = 5 }; /* 1xx to 5xx */

/* What was answered; kept for a worker as a whole and for each of its objects. */
struct slot_counters {
    uint64_t requests; /* responses begun */
    uint64_t bytes;    /* handed to the kernel, heads included; an object's: without them */
    uint64_t status[SLOTS_STATUS_CLASSES];
} __attribute__((aligned(SLOTS_LINE)));

/* tcmalloc's own numbers, published by the worker about once a second while it works. Bytes. */
struct slot_memory {
    uint64_t in_use;       /* by the program */
    uint64_t heap;         /* taken from the system, less what was given back */
    uint64_t page_heap;    /* free pages, still ours */
    uint64_t thread_cache; /* free, kept by threads */
    uint64_t central;      /* free, between both */
    uint64_t released;     /* free pages given back to the system */
    uint64_t allocations;  /* so far; counted only where somebody may ask */
};

#define SLOT_NO_LIMIT UINT64_MAX /* of drain_until */

/* How responses went. Times are ns. */
struct slot_timing {
    struct histogram first_byte; /* from a whole head to the first bytes handed to the kernel */
    struct histogram transfer;   /* from a whole head to the last ones */
    struct histogram stall;      /* each time a socket was full until it took more */
    struct histogram body;       /* bytes of a body that was sent to its end */
} __attribute__((aligned(SLOTS_LINE)));

struct slot {
    struct slot_counters served;
    uint64_t accepted;     /* connections since the start */
    uint64_t connections;  /* now */
    uint64_t given;        /* connections, to other workers */
    uint64_t taken;        /* connections, from other workers */
    uint64_t coming;       /* given to this worker and not yet taken; written by all workers */
    uint64_t started;      /* requests when this process began: tells whether it has served */
    uint64_t turns;        /* of connections */
    uint64_t stalls;       /* times that a socket was full */
    uint64_t reads;        /* pieces that threads read from a disk */
    uint64_t handed;       /* bytes whose pages were handed over, not copied */
    uint64_t busy;         /* 1: hardly ever waits for events, see transmit.h */
    uint64_t pipe;         /* bytes that its pipe may pin; 0: it has none, and copies */
    uint64_t stale;        /* events for what was no longer watched, see worker/watch.h */
    uint64_t refused;      /* system calls, by the sandbox */
    uint64_t recycled;     /* idle connections closed for new clients */
    uint64_t idle;         /* connections between requests, now */
    uint64_t runnable;     /* connections that wait for their turn, now */
    uint64_t turn_began;   /* ms, when the loop's turn began; 0: it waits for events */
    uint64_t drain_until;  /* ms of clock.h: responses under way are cut then; SLOT_NO_LIMIT; 0:
                            * the worker decides; written by the master */
    uint64_t untrusted;    /* connections closed: no trusted proxy, or a bad header of one */
    uint64_t cut;          /* responses that were cut */
    uint64_t access_lines; /* of the access log, written */
    uint64_t access_lost;  /* that could not be */
    uint64_t access_buffered; /* that wait, now */
    uint32_t ready;   /* 1: this process serves: it has all that it needs, and accepts */
    uint32_t ending;  /* 1: nobody will accept after this worker; written by the master */
    uint32_t sharing; /* 1: accepts no more, for it has its share */
    uint32_t closed;  /* 1: takes no connections: it drains, or lacks descriptors or memory */
    uint32_t cpu;     /* one more than the CPU of the loop's turn; 0: there was none yet */
    pid_t pid;        /* 0: no process now; SLOT_STARTING; written by the master */
    struct slot_timing timing;
    struct exemplars first_byte; /* of the histograms of these names */
    struct exemplars transfer;
    struct slot_memory memory; /* of the process that is there */

    /* Only in totals of generations that have ended; else the roster knows. */
    uint64_t retired_ns; /* CPU time */
    uint64_t retired_user_ns;
    uint64_t retired_system_ns;
    uint64_t restarts; /* processes that took the place of one that ended */
} __attribute__((aligned(SLOTS_LINE)));

struct slots {
    void *memory; /* MAP_SHARED, zeroed */
    size_t size;
    unsigned workers;
    unsigned sections; /* of the configuration, that objects come from */
};

/* Reserves one slot a worker, each followed by the counters and the timing of each section.
 * 0 or a negative errno. */
int slots_create(struct slots *slots, unsigned workers, unsigned sections)
    __attribute__((warn_unused_result));
void slots_destroy(struct slots *slots);

struct slot *slots_worker(const struct slots *slots, unsigned worker);
struct slot_counters *slots_object(const struct slots *slots, unsigned worker,
                                   unsigned section);
struct slot_timing *slots_section(const struct slots *slots, unsigned worker, unsigned section);

/* For the slot's one writer. Readers see whole values, not a consistent set of them. */
static inline void
slot_add(uint64_t *counter, uint64_t amount)
{
    __atomic_store_n(counter, *counter + amount, __ATOMIC_RELAXED);
}

static inline uint64_t
slot_read(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline void
slot_set(uint64_t *number, uint64_t value)
{
    __atomic_store_n(number, value, __ATOMIC_RELAXED);
}

/* Counts one response with this status (100 to 599). */
void slot_count_response(struct slot_counters *counters, unsigned status);

/* Adds one set of counters to another; total is private to the caller. */
void slot_counters_sum(struct slot_counters *total, const struct slot_counters *counters);

/* Adds one set of histograms to another; total is private to the caller. */
void slot_timing_sum(struct slot_timing *total, const struct slot_timing *timing);

#endif
