/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history: the daemon's counters in each of the last seconds: a ring in shared memory that the
 * master writes and the observer reads, for all generations.
 */
#ifndef SHARED_HISTORY_H
#define SHARED_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "shared/histogram.h"

enum { HISTORY_SAMPLES = 600, HISTORY_INTERVAL_MS = 1000 };

/* 64-bit words only. Totals count from the start of the daemon; times are in ns. */
struct history_sample {
    uint64_t at; /* since the epoch */
    uint64_t requests;
    uint64_t bytes; /* sent, including headers */
    uint64_t accepted;
    uint64_t stalls;
    uint64_t reads; /* from disk, by threads */
    uint64_t cpu;   /* of workers */
    uint64_t user_cpu;
    uint64_t system_cpu;
    uint64_t restarts;    /* of workers */
    uint64_t connections; /* now */
    uint64_t pss;         /* now, of workers */
    uint64_t generation;  /* the one that serves */
    struct histogram first_byte;
    struct histogram transfer;
};

struct history {
    uint64_t written; /* samples so far */
    struct history_sample samples[HISTORY_SAMPLES];
};

/* MAP_SHARED, zeroed. NULL with errno. */
struct history *history_create(void) __attribute__((warn_unused_result));
void history_destroy(struct history *history); /* in this process */

/* For the one writer. */
void history_add(struct history *history, const struct history_sample *sample);

/* Copies up to most of the newest samples, oldest first, while the master may add others.
 * Returns their number. Their values are not checked. */
size_t history_take(const struct history *history, struct history_sample *samples, size_t most);

#endif
