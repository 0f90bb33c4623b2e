/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heap: which code allocates a worker's memory, and which holds it. Allocations are sampled, on
 * average one in sample_bytes bytes, and weighted so that the counts estimate the total: an
 * allocation of n bytes is sampled with the probability p = 1 - exp(-n / sample_bytes) and then
 * counts as 1 / p objects and n / p bytes.
 */
#ifndef PROFILE_HEAP_H
#define PROFILE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/live.h"
#include "profile/stacks.h"

/* The meaning of a record's values; what is in use is the difference. Objects are counted in
 * units of 1/HEAP_UNIT, because a sample can stand for one and a half. */
enum { HEAP_OBJECTS, HEAP_BYTES, HEAP_FREED_OBJECTS, HEAP_FREED_BYTES };

#define HEAP_UNIT 1024u

/* Of one worker, in shared memory. */
struct heap_table {
    uint32_t guard;
    uint32_t unused;
    uint64_t sample_bytes; /* set even before it starts; 0: there will be no samples */
    uint64_t stacks[STACKS_SIZE / sizeof(uint64_t)];
    struct live live;
};

static inline const struct stacks *
heap_stacks(const struct heap_table *table)
{
    return (const struct stacks *)table->stacks;
}

/* Does this build have the hooks? */
bool heap_supported(void);

/* Samples the allocations of this process from now on, in all threads. The table outlives the
 * process; what the previous process still held counts as freed. 0 or a negative errno: ENOTSUP
 * in a build without tcmalloc, whose hooks this needs. */
int heap_start(struct heap_table *table, uint64_t sample_bytes)
    __attribute__((warn_unused_result));

/* Stops sampling; memory that is freed afterwards stays counted as in use. */
void heap_stop(void);

/* The weight of a sampled allocation: 1 / p, at least 1. */
double heap_weight(size_t size, uint64_t sample_bytes);

#endif
