/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live: the sampled allocations that were not freed yet, by address. Each free(3) looks here,
 * so a lookup touches only one cache line.
 */
#ifndef PROFILE_LIVE_H
#define PROFILE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "profile/stacks.h"

#define LIVE_WAYS 8    /* addresses on one cache line */
#define LIVE_SETS 1024 /* a power of two */

struct live_entry {
    struct stacks_record *record; /* the record of its stack */
    uint64_t objects;             /* its weight, see heap.h */
    uint64_t bytes;
};

struct live {
    uintptr_t keys[LIVE_SETS][LIVE_WAYS] __attribute__((aligned(64))); /* 0: free */
    struct live_entry entries[LIVE_SETS][LIVE_WAYS];
};

void live_clear(struct live *live);

/* Needs no lock for an address that is allocated. */
bool live_has(const struct live *live, uintptr_t address);

/* These two need the guard. False: the set of this address is full. */
bool live_add(struct live *live, uintptr_t address, const struct live_entry *entry);
/* Removes the entry. False: it does not exist. */
bool live_take(struct live *live, uintptr_t address, struct live_entry *entry);

#endif
