/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heap: who allocates a worker's memory, and who holds it. One allocation in about sample_bytes
 * bytes is counted, with the weight that makes the counts estimates of the whole: an
 * allocation of n bytes is taken with the probability p = 1 - exp(-n / sample_bytes) and
 * then stands for 1 / p objects and n / p bytes.
 */
#ifndef PROFILE_HEAP_H
#define PROFILE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/live.h"
#include "profile/stacks.h"

/* What the values of a record count; in use is the difference. Objects in 1/HEAP_UNIT, since
 * a sampled one can stand for one and a half. */
enum { HEAP_OBJECTS, HEAP_BYTES, HEAP_FREED_OBJECTS, HEAP_FREED_BYTES };

#define HEAP_UNIT 1024u

/* One worker's, in shared memory. */
struct heap_table {
    uint32_t guard;
    uint32_t unused;
    uint64_t sample_bytes; /* also before it starts; 0: there will be no samples */
    uint64_t stacks[STACKS_SIZE / sizeof(uint64_t)];
    struct live live;
};

static inline const struct stacks *
heap_stacks(const struct heap_table *table)
{
    return (const struct stacks *)table->stacks;
}

/* Has this build the hooks? */
bool heap_supported(void);

/* Counts allocations of this process from now on, in all threads. The table outlives the
 * process; what its predecessor still held counts as freed. 0 or a negative errno: ENOTSUP in
 * a build without tcmalloc, which has the hooks this needs. */
int heap_start(struct heap_table *table, uint64_t sample_bytes)
    __attribute__((warn_unused_result));

/* Counts no longer; what is freed afterwards stays in use in the counts. */
void heap_stop(void);

/* The weight of one sampled allocation: 1 / p, at least 1. */
double heap_weight(size_t size, uint64_t sample_bytes);

#endif
