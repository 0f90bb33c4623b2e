/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stacks: a hash table in shared memory that maps (stack, label) to a few counters. One process
 * writes it, even from a signal handler or an allocator hook. Any other may copy it at any
 * time, even if the writer was killed during a change. Records are never moved or removed, so
 * the difference between two copies is what happened between them.
 */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include <stddef.h>
#include <stdint.h>

#define STACKS_SIZE   ((size_t)512 * 1024)
#define STACKS_DEPTH  64 /* frames kept, from the innermost on */
#define STACKS_VALUES 4  /* their meaning depends on the kind of profile */

struct stacks;

struct stacks_record {
    uint64_t values[STACKS_VALUES];
    uint32_t hash;
    uint32_t label;
    uint64_t depth;
    uintptr_t pcs[]; /* see unwind.h */
};

/* --- the writer: one at a time, no allocation, no system call ------------------------------
 */

/* Finds or creates the record of a stack (depth 1 to STACKS_DEPTH) and adds the values. If the
 * table is full, counts them as lost and returns NULL. stacks: STACKS_SIZE bytes, zeroed,
 * aligned for a uint64_t. */
struct stacks_record *stacks_add(struct stacks *stacks, uint32_t label, const uintptr_t *pcs,
                                 unsigned depth, const uint64_t values[STACKS_VALUES]);

/* Call before the first record in a process that takes over the table of one that died, perhaps
 * by a wild pointer: drops damaged records. */
void stacks_adopt(struct stacks *stacks);

/* Adds to an existing record. */
void stacks_count(struct stacks_record *record, const uint64_t values[STACKS_VALUES]);

/* Counts values as lost. Needs no lock. */
void stacks_lose(struct stacks *stacks, const uint64_t values[STACKS_VALUES]);

/* --- readers ------------------------------------------------------------------------------ */

/* Makes a private copy in which every counter and record is whole; drops damaged records. The
 * caller frees it with free(3). NULL: out of memory. */
struct stacks *stacks_copy(const struct stacks *stacks) __attribute__((warn_unused_result));

/* Subtracts an earlier copy of the same table (NULL: an empty one). */
void stacks_subtract(struct stacks *stacks, const struct stacks *earlier);

/* The next record of a copy (or of the writer's own table), in no particular order; *place
 * starts at 0. NULL: no more. */
const struct stacks_record *stacks_next(const struct stacks *stacks, size_t *place);

/* STACKS_VALUES numbers: the values counted as lost. */
const uint64_t *stacks_lost(const struct stacks *stacks);

#endif
