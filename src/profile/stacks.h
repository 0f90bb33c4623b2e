/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stacks: a table from (stack, label) to a few counters, in shared memory. One process writes
 * it, also from a signal handler or an allocator hook; any other may copy it at any time, also
 * when the writer was killed in the middle of a change. Records are only ever added, at places
 * that stay, so that the difference of two copies is what happened between them.
 */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include <stddef.h>
#include <stdint.h>

#define STACKS_SIZE   ((size_t)512 * 1024)
#define STACKS_DEPTH  64 /* calls kept, from the innermost */
#define STACKS_VALUES 4  /* what they mean is up to the kind of profile */

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

/* Finds or makes the record of this stack (depth 1 to STACKS_DEPTH) and adds the values. NULL
 * when the table is full: then they are added to what is lost. memory: STACKS_SIZE bytes,
 * zeroed, aligned for a uint64_t. */
struct stacks_record *stacks_add(struct stacks *stacks, uint32_t label, const uintptr_t *pcs,
                                 unsigned depth, const uint64_t values[STACKS_VALUES]);

/* Before the first record of a process that takes the table over from one that died, perhaps
 * of a wild pointer: drops what is damaged. */
void stacks_adopt(struct stacks *stacks);

/* Adds to a record that is there. */
void stacks_count(struct stacks_record *record, const uint64_t values[STACKS_VALUES]);

/* Counts what could not be kept. Needs no mutual exclusion. */
void stacks_lose(struct stacks *stacks, const uint64_t values[STACKS_VALUES]);

/* --- readers ------------------------------------------------------------------------------ */

/* A private copy, as it is at this moment: each counter is whole, each record too. free(3) it.
 * NULL without memory. Damage by a broken writer is dropped. */
struct stacks *stacks_copy(const struct stacks *stacks) __attribute__((warn_unused_result));

/* Turns a copy into what has been added since an earlier copy of the same table (NULL: since
 * the table was made). */
void stacks_subtract(struct stacks *stacks, const struct stacks *earlier);

/* The next record of a copy (or of the writer's own table), in no particular order; start with
 * *place = 0. NULL: no more. */
const struct stacks_record *stacks_next(const struct stacks *stacks, size_t *place);

/* STACKS_VALUES numbers: what could not be kept. */
const uint64_t *stacks_lost(const struct stacks *stacks);

#endif
