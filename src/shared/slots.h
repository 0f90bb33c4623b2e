/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots: statistics in shared memory. Each worker writes only its own slot, except for a few
 * fields whose comments name another writer, so no locks are needed; any process may read all
 * slots at any time. A respawned worker continues the counters of the one it replaces, so
 * totals never decrease.
 */
#ifndef SHARED_SLOTS_H
#define SHARED_SLOTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/exemplar.h"
#include "shared/histogram.h"

#define SLOT_STARTING (-1) /* a process id that is not known yet */
#define SLOTS_LINE    64   /* a cache line: no two writers share one */

enum { SLOTS_STATUS_CLASSES = 5 }; /* 1xx to 5xx */

/* Responses, counted for each worker and for each of its objects. */
struct slot_counters {
    uint64_t requests; /* responses begun */
    uint64_t bytes;    /* passed to the kernel, including headers; of an object: without them */
    uint64_t status[SLOTS_STATUS_CLASSES];
    uint64_t sending; /* of an object: bodies under way, now */
} __attribute__((aligned(SLOTS_LINE)));

/* tcmalloc's numbers in bytes, published about once a second while the worker is active. */
struct slot_memory {
    uint64_t in_use;       /* by the program */
    uint64_t heap;         /* taken from the system, minus what was returned */
    uint64_t page_heap;    /* free pages that were not returned */
    uint64_t thread_cache; /* free, in caches of threads */
    uint64_t central;      /* free, in the central cache */
    uint64_t released;     /* free pages returned to the system */
    uint64_t allocations;  /* so far; counted only for [debug] listen or alloctrace */
};

#define SLOT_NO_LIMIT UINT64_MAX /* of drain_until */

/* Latency of responses and sizes of bodies. Times are in ns. */
struct slot_timing {
    struct histogram first_byte; /* from a complete request header to the first bytes sent */
    struct histogram transfer;   /* from a complete request header to the last bytes sent */
    struct histogram stall;      /* each period in which a socket was full */
    struct histogram body;       /* bytes of each body that was sent completely */
} __attribute__((aligned(SLOTS_LINE)));

struct slot {
    struct slot_counters served;
    uint64_t accepted;    /* connections since the start */
    uint64_t connections; /* now */
    uint64_t given;       /* connections handed to other workers */
    uint64_t taken;       /* connections taken from other workers */
    uint64_t coming;      /* handed to this worker and not yet taken; written by all workers */
    uint64_t started; /* requests when this process began, which shows whether it has served */
    uint64_t turns;   /* turns of connections */
    uint64_t stalls;  /* how often a socket was full */
    uint64_t reads;   /* pieces that threads read from disk */
    uint64_t opened;  /* files that were opened for requests */
    uint64_t open_files;  /* files open for requests, now */
    uint64_t handed;      /* bytes whose pages were passed, not copied */
    uint64_t busy;        /* 1: hardly ever waits for events, see transmit.h */
    uint64_t pipe;        /* bytes that its pipe may pin; 0: it has no pipe, and copies */
    uint64_t stale;       /* events for closed connections and the like, see worker/watch.h */
    uint64_t refused;     /* system calls refused by the sandbox */
    uint64_t limited;     /* connections and requests that were one too many for a client */
    uint64_t recycled;    /* idle connections closed for new clients */
    uint64_t idle;        /* connections between requests, now */
    uint64_t runnable;    /* connections that wait for their turn, now */
    uint64_t turn_began;  /* ms: start of the loop's turn; 0: it waits for events */
    uint64_t drain_until; /* ms of clock.h: deadline of responses; SLOT_NO_LIMIT: none; 0: the
                           * worker decides; written by the master */
    uint64_t untrusted; /* connections closed: not from a trusted proxy, or with a bad header */
    uint64_t cut;       /* responses that were cut */
    uint64_t access_lines;    /* access log lines written */
    uint64_t access_lost;     /* access log lines lost */
    uint64_t access_buffered; /* access log lines in the buffer */
    uint32_t ready;           /* 1: the process is ready and accepts connections */
    uint32_t ending;  /* 1: no other worker will accept afterwards; written by the master */
    uint32_t sharing; /* 1: accepts no more, because it has its share */
    uint32_t closed;  /* 1: takes no connections: it drains, or lacks descriptors or memory */
    uint32_t cpu;     /* CPU of the last turn, plus 1; 0: none yet */
    pid_t pid;        /* 0: no process; SLOT_STARTING; written by the master */
    struct slot_timing timing;
    struct exemplars first_byte; /* of the histograms of these names */
    struct exemplars transfer;
    struct slot_memory memory; /* of the current process */

    /* Only in totals of generations that have ended; otherwise the roster has these. */
    uint64_t retired_ns; /* CPU time */
    uint64_t retired_user_ns;
    uint64_t retired_system_ns;
    uint64_t restarts; /* respawned processes */
} __attribute__((aligned(SLOTS_LINE)));

struct slots {
    void *memory; /* MAP_SHARED, zeroed */
    size_t size;
    unsigned workers;
    unsigned sections; /* sections of the configuration that are assets */
};

/* Reserves one slot per worker, each followed by the counters and the timing of each section. 0
 * or a negative errno. */
int slots_create(struct slots *slots, unsigned workers, unsigned sections)
    __attribute__((warn_unused_result));
void slots_destroy(struct slots *slots);

struct slot *slots_worker(const struct slots *slots, unsigned worker);
struct slot_counters *slots_object(const struct slots *slots, unsigned worker,
                                   unsigned section);
struct slot_timing *slots_section(const struct slots *slots, unsigned worker, unsigned section);

/* For the slot's only writer. Each value that a reader sees is whole, but the values may not be
 * consistent with each other. */
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
