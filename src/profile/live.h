/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live: the sampled allocations that have not been freed yet, by address. Asked at every
 * free(3), so a look-up touches one cache line.
 */
#ifndef PROFILE_LIVE_H
#define PROFILE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "profile/stacks.h"

#define LIVE_WAYS 8    /* addresses on one cache line */
#define LIVE_SETS 1024 /* a power of two */

struct live_entry {
    struct stacks_record *record; /* where it was counted */
    uint64_t objects;             /* what it was counted as, see heap.h */
    uint64_t bytes;
};

struct live {
    uintptr_t keys[LIVE_SETS][LIVE_WAYS] __attribute__((aligned(64))); /* 0: free place */
    struct live_entry entries[LIVE_SETS][LIVE_WAYS];
};

void live_clear(struct live *live);

/* Needs no mutual exclusion for addresses that are allocated. */
bool live_has(const struct live *live, uintptr_t address);

/* These two need it. False: no place left near the address. */
bool live_add(struct live *live, uintptr_t address, const struct live_entry *entry);
/* Takes the entry out. False: not there. */
bool live_take(struct live *live, uintptr_t address, struct live_entry *entry);

#endif
