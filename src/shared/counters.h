/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters: a table of the numbers in a worker's slot, for /metrics, /debug/vars and the SCHED
 * and ALLOC lines. A number that is added here appears in all of them.
 */
#ifndef SHARED_COUNTERS_H
#define SHARED_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/slots.h"

enum counter_kind {
    COUNTER_TOTAL, /* since the start of the daemon; survives respawns */
    COUNTER_STATE, /* current state of the process */
    COUNTER_MEMORY /* the same, published by the allocator */
};

struct counter {
    enum counter_kind kind;
    bool whole;       /* a total that is also shown for the whole daemon */
    bool only_grows;  /* monotonic during the life of the process, like a total */
    const char *name; /* "sent_bytes": in /debug/vars, and part of the name in /metrics */
    const char *line; /* its name in the SCHED or ALLOC line; NULL: in neither */
    const char *help; /* a sentence */
    size_t offset;    /* of a uint64_t in struct slot */
};

extern const struct counter counters_table[];
extern const size_t counters_count;

/* Reads the number from a slot, which another process may be writing. */
uint64_t counter_read(const struct counter *counter, const struct slot *slot);

/* Adds the numbers of one kind in slot to total, which is private to the caller. */
void counters_add(enum counter_kind kind, struct slot *total, const struct slot *slot);

/* Adds the slots of all workers to total, except for memory. */
void counters_sum(const struct slots *slots, struct slot *total);

#endif
