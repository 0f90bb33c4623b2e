/* SPDX-License-Identifier: BSD-2-Clause */
/* upkeep: what a worker does for its memory from time to time. */
#ifndef WORKER_UPKEEP_H
#define WORKER_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

/* A worker's part. Times are ms. */
struct upkeep {
    uint64_t published; /* when the numbers of the memory were */
    uint64_t trimmed;   /* when free memory was given back */
    bool unpublished;   /* they may have changed since */
    bool untrimmed;     /* connections have closed since */
};

/* Publishes the allocator's numbers (slots.h), if somebody may ask for them. */
void upkeep_publish(struct worker *worker);

/* In each turn of the loop. */
void upkeep_run(struct worker *worker);

/* Milliseconds until upkeep_run() may have something to do, at most wait; -1: never. */
int upkeep_wait(const struct worker *worker, int wait);

#endif
