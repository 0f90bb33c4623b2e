/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters: the table of the numbers in a worker's slot, for /metrics, /debug/vars and the
 * SCHED and ALLOC lines. A number that is added here is in all of them.
 */
#ifndef SHARED_COUNTERS_H
#define SHARED_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/slots.h"

enum counter_kind {
    COUNTER_TOTAL, /* since the daemon's start; outlives the process */
    COUNTER_STATE, /* of the process that is there: now */
    COUNTER_MEMORY /* the same, by the allocator's account */
};

struct counter {
    enum counter_kind kind;
    bool whole;       /* a total that is shown for the daemon as well */
    bool only_grows;  /* while the process lives, as a total does */
    const char *name; /* "sent_bytes": in /debug/vars, and as a part of its name in /metrics */
    const char *line; /* its name in a line of schedtrace or alloctrace; NULL: in none */
    const char *help; /* a sentence */
    size_t offset;    /* of a uint64_t in struct slot */
};

extern const struct counter counters_table[];
extern const size_t counters_count;

/* The number in a slot, which may be another process's. */
uint64_t counter_read(const struct counter *counter, const struct slot *slot);

/* Adds the numbers of a kind in slot to total, which is private to the caller. */
void counters_add(enum counter_kind kind, struct slot *total, const struct slot *slot);

/* Adds every worker's slot to total, but for what concerns memory. */
void counters_sum(const struct slots *slots, struct slot *total);

#endif
