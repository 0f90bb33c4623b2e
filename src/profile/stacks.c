/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stacks: a hash index of fixed size with open addressing, and an arena of records of variable
 * length.
 *
 *     taken of the arena, lost | index: arena offset + 1 | records ...
 *
 * The writer completes a record before it publishes its offset in the index (release order), so
 * readers find only complete records. If the writer dies in between, the space of the record is
 * wasted. Known weakness: a full table stays full for the life of its generation.
 */
#include "profile/stacks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS  8192 /* a power of two; twice the records that fit if all are shallow */
#define PROBES 64

struct stacks {
    uint32_t taken; /* words used in the arena */
    uint32_t unused;
    uint64_t lost[STACKS_VALUES];
    uint32_t index[SLOTS];
    uint64_t arena[];
};

enum {
    RECORD_WORDS = sizeof(struct stacks_record) / sizeof(uint64_t),
    ARENA_WORDS = (STACKS_SIZE - sizeof(struct stacks)) / sizeof(uint64_t)
};

static struct stacks_record *
record_at(const struct stacks *stacks, uint32_t place)
{
    return (struct stacks_record *)(uintptr_t)&stacks->arena[place - 1];
}

/* Does the record lie within the used part, as a correct writer ensures? */
static bool
is_whole(const struct stacks *stacks, uint32_t place)
{
    uint32_t taken = stacks->taken;
    uint64_t depth;

    if (place > taken || taken - (place - 1) < RECORD_WORDS)
        return false;
    depth = record_at(stacks, place)->depth;
    return depth > 0 && depth <= STACKS_DEPTH && taken - (place - 1) - RECORD_WORDS >= depth;
}

static void
drop_damaged(struct stacks *stacks)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (stacks->index[i] != 0 && !is_whole(stacks, stacks->index[i]))
            stacks->index[i] = 0;
}

/* --- the writer --------------------------------------------------------------------------- */

void
stacks_adopt(struct stacks *stacks)
{
    if (stacks->taken > ARENA_WORDS)
        stacks->taken = ARENA_WORDS;
    drop_damaged(stacks);
}

static uint32_t
stacks_hash_of(uint32_t label, const uintptr_t *pcs, unsigned depth)
{
    uint64_t hash = label + 0x9e3779b97f4a7c15u;

    for (unsigned i = 0; i < depth; i++) {
        hash = (hash ^ pcs[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

static bool
stacks_matches(const struct stacks_record *record, uint32_t hash, uint32_t label,
               const uintptr_t *pcs, unsigned depth)
{
    return record->hash == hash && record->label == label && record->depth == depth &&
           memcmp(record->pcs, pcs, depth * sizeof(*pcs)) == 0;
}

/* Allocates and fills a record; the caller publishes its offset in the index. */
static uint32_t
write_record(struct stacks *stacks, uint32_t hash, uint32_t label, const uintptr_t *pcs,
             unsigned depth)
{
    uint32_t start = stacks->taken;
    struct stacks_record *record;

    if (ARENA_WORDS - start < RECORD_WORDS + depth)
        return 0;
    __atomic_store_n(&stacks->taken, start + RECORD_WORDS + depth, __ATOMIC_RELEASE);
    record = record_at(stacks, start + 1);
    memset(record->values, 0, sizeof(record->values));
    record->hash = hash;
    record->label = label;
    record->depth = depth;
    memcpy(record->pcs, pcs, depth * sizeof(*pcs));
    return start + 1;
}

static struct stacks_record *
find_or_make(struct stacks *stacks, uint32_t label, const uintptr_t *pcs, unsigned depth)
{
    uint32_t hash = stacks_hash_of(label, pcs, depth);

    for (uint32_t i = 0; i < PROBES; i++) {
        uint32_t *slot = &stacks->index[(hash + i) % SLOTS];
        uint32_t place = *slot;

        if (place != 0) {
            if (stacks_matches(record_at(stacks, place), hash, label, pcs, depth))
                return record_at(stacks, place);
            continue;
        }
        if ((place = write_record(stacks, hash, label, pcs, depth)) == 0)
            return NULL;
        __atomic_store_n(slot, place, __ATOMIC_RELEASE);
        return record_at(stacks, place);
    }
    return NULL;
}

void
stacks_count(struct stacks_record *record, const uint64_t values[STACKS_VALUES])
{
    for (unsigned i = 0; i < STACKS_VALUES; i++)
        __atomic_store_n(&record->values[i], record->values[i] + values[i], __ATOMIC_RELAXED);
}

void
stacks_lose(struct stacks *stacks, const uint64_t values[STACKS_VALUES])
{
    for (unsigned i = 0; i < STACKS_VALUES; i++)
        __atomic_fetch_add(&stacks->lost[i], values[i], __ATOMIC_RELAXED);
}

struct stacks_record *
stacks_add(struct stacks *stacks, uint32_t label, const uintptr_t *pcs, unsigned depth,
           const uint64_t values[STACKS_VALUES])
{
    struct stacks_record *record = find_or_make(stacks, label, pcs, depth);

    if (record)
        stacks_count(record, values);
    else
        stacks_lose(stacks, values);
    return record;
}

/* --- readers ------------------------------------------------------------------------------ */

static void
copy_words(uint64_t *to, const uint64_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* Copies the index before the arena: all records that it names are then complete. */
static uint32_t
copy_index(uint32_t *index, const struct stacks *stacks)
{
    uint32_t taken;

    for (size_t i = 0; i < SLOTS; i++)
        index[i] = __atomic_load_n(&stacks->index[i], __ATOMIC_ACQUIRE);
    taken = __atomic_load_n(&stacks->taken, __ATOMIC_ACQUIRE);
    return taken < ARENA_WORDS ? taken : ARENA_WORDS;
}

struct stacks *
stacks_copy(const struct stacks *stacks)
{
    struct stacks head;
    struct stacks *copy;

    head.unused = 0;
    head.taken = copy_index(head.index, stacks);
    copy = malloc(sizeof(head) + head.taken * sizeof(uint64_t));
    if (copy == NULL)
        return NULL;
    copy_words(head.lost, stacks->lost, STACKS_VALUES);
    memcpy(copy, &head, sizeof(head));
    copy_words(copy->arena, stacks->arena, head.taken);
    drop_damaged(copy);
    return copy;
}

static void
subtract(uint64_t *values, const uint64_t *earlier)
{
    for (unsigned i = 0; i < STACKS_VALUES; i++)
        values[i] -= earlier[i];
}

void
stacks_subtract(struct stacks *stacks, const struct stacks *earlier)
{
    if (earlier == NULL)
        return;
    subtract(stacks->lost, earlier->lost);
    for (size_t i = 0; i < SLOTS; i++)
        if (earlier->index[i] != 0 && earlier->index[i] == stacks->index[i])
            subtract(record_at(stacks, stacks->index[i])->values,
                     record_at(earlier, earlier->index[i])->values);
}

const struct stacks_record *
stacks_next(const struct stacks *stacks, size_t *place)
{
    while (*place < SLOTS) {
        uint32_t found = stacks->index[(*place)++];

        if (found != 0)
            return record_at(stacks, found);
    }
    return NULL;
}

const uint64_t *
stacks_lost(const struct stacks *stacks)
{
    return stacks->lost;
}
