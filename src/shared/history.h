/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history: the daemon's counters at each of the last seconds, in shared memory: a ring that the
 * master writes and the observer reads, whatever generation serves.
 */
#ifndef SHARED_HISTORY_H
#define SHARED_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "shared/histogram.h"

enum { HISTORY_SAMPLES = 600, HISTORY_INTERVAL_MS = 1000 };

/* Words only. Totals are since the daemon's start; times in ns. */
struct history_sample {
    uint64_t at; /* since the epoch */
    uint64_t requests;
    uint64_t bytes; /* sent, with heads */
    uint64_t accepted;
    uint64_t stalls;
    uint64_t reads; /* from disk, by threads */
    uint64_t cpu;   /* of workers */
    uint64_t user_cpu;
    uint64_t system_cpu;
    uint64_t restarts;    /* of workers */
    uint64_t connections; /* now */
    uint64_t pss;         /* now, of workers */
    uint64_t generation;  /* that serves */
    struct histogram first_byte;
    struct histogram transfer;
};

struct history {
    uint64_t written; /* samples so far; the last one is before it */
    struct history_sample samples[HISTORY_SAMPLES];
};

/* MAP_SHARED, zeroed. NULL with errno. */
struct history *history_create(void) __attribute__((warn_unused_result));
void history_destroy(struct history *history); /* in this process */

/* For the one writer. */
void history_add(struct history *history, const struct history_sample *sample);

/* Copies up to most of the newest samples, oldest first, while others may be added. Returns how
 * many; of what they hold nothing is checked. */
size_t history_take(const struct history *history, struct history_sample *samples, size_t most);

#endif
