/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heap: tcmalloc's hooks count down the bytes to the next sample. The distance is drawn from an
 * exponential distribution, which is memoryless: no pattern of allocations can correlate with
 * it, and each allocation is sampled with a probability that depends on its size alone.
 *
 * The hooks do not allocate. An allocation that can't get the guard is counted as lost; freeing
 * a sampled one waits for the guard, because it would otherwise count as in use for ever.
 * Without heap_start(), no hooks are installed.
 */
#include "profile/heap.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "build.h"
#include "profile/guard.h"
#include "stack/label.h"
#include "stack/unwind.h"

double
heap_weight(size_t size, uint64_t sample_bytes)
{
    if (size == 0 || sample_bytes <= 1)
        return 1;
    return 1 / -expm1(-(double)size / (double)sample_bytes);
}

#if HAVE_TCMALLOC
#include <gperftools/malloc_hook_c.h>

/* Static, because hooks get no argument of their own. */
static struct {
    struct heap_table *table; /* NULL: off */
    struct unwind_range allocator;
} heap;

/* Per thread. */
static _Thread_local struct {
    int64_t left;    /* bytes until the next sample */
    uint64_t random; /* state; 0: not seeded yet */
    bool busy;       /* inside a hook */
} mine;

static struct stacks *
heap_stacks_of(struct heap_table *table)
{
    return (struct stacks *)table->stacks;
}

static void
seed(void)
{
    mine.random = (clock_read(CLOCK_MONOTONIC) << 32 ^ (uint64_t)(uintptr_t)&mine) | 1;
}

/* Marsaglia's xorshift64*, whose upper bits make a number in (0, 1]. */
static double
draw(void)
{
    mine.random ^= mine.random >> 12;
    mine.random ^= mine.random << 25;
    mine.random ^= mine.random >> 27;
    return (double)((mine.random * 0x2545f4914f6cdd1du >> 11) + 1) * 0x1p-53;
}

static int64_t
next_distance(void)
{
    return (int64_t)(-log(draw()) * (double)heap.table->sample_bytes);
}

/* A sample that can't be kept is counted as freed at once, because its end would be missed. */
static void
count_allocation(uintptr_t address, size_t size)
{
    struct stacks *stacks = heap_stacks_of(heap.table);
    uintptr_t pcs[STACKS_DEPTH];
    unsigned depth = unwind_callers(heap.allocator, pcs, STACKS_DEPTH);
    double weight = heap_weight(size, heap.table->sample_bytes);
    struct live_entry entry = { .objects = (uint64_t)(weight * HEAP_UNIT),
                                .bytes = (uint64_t)(weight * (double)size) };
    const uint64_t made[STACKS_VALUES] = {
        [HEAP_OBJECTS] = entry.objects, [HEAP_BYTES] = entry.bytes
    };
    const uint64_t freed[STACKS_VALUES] = {
        [HEAP_FREED_OBJECTS] = entry.objects, [HEAP_FREED_BYTES] = entry.bytes
    };

    if (!guard_try(&heap.table->guard)) {
        stacks_lose(stacks, made);
        stacks_lose(stacks, freed);
        return;
    }
    entry.record = stacks_add(stacks, label_get(), pcs, depth, made);
    if (entry.record == NULL)
        stacks_lose(stacks, freed);
    else if (!live_add(&heap.table->live, address, &entry))
        stacks_count(entry.record, freed);
    guard_open(&heap.table->guard);
}

static void
heap_on_new(const void *pointer, size_t size)
{
    int error = errno;

    if (pointer == NULL || mine.busy || (mine.left -= (int64_t)size) > 0)
        return;
    mine.busy = true;
    if (mine.random == 0) {
        seed();
        mine.left += next_distance();
    }
    if (mine.left <= 0) {
        count_allocation((uintptr_t)pointer, size);
        mine.left = next_distance();
    }
    mine.busy = false;
    errno = error;
}

static void
on_delete(const void *pointer)
{
    uint64_t values[STACKS_VALUES] = { 0 };
    struct live_entry entry;

    if (pointer == NULL || mine.busy || !live_has(&heap.table->live, (uintptr_t)pointer))
        return;
    while (!guard_try(&heap.table->guard))
        sched_yield();
    if (live_take(&heap.table->live, (uintptr_t)pointer, &entry)) {
        values[HEAP_FREED_OBJECTS] = entry.objects;
        values[HEAP_FREED_BYTES] = entry.bytes;
        stacks_count(entry.record, values);
    }
    guard_open(&heap.table->guard);
}

/* Memory that a dead process held counts as freed. */
static void
heap_settle(struct stacks *stacks)
{
    const struct stacks_record *record;
    size_t place = 0;

    while ((record = stacks_next(stacks, &place)) != NULL) {
        const uint64_t *values = record->values;
        const uint64_t freed[STACKS_VALUES] = {
            [HEAP_FREED_OBJECTS] = values[HEAP_OBJECTS] - values[HEAP_FREED_OBJECTS],
            [HEAP_FREED_BYTES] = values[HEAP_BYTES] - values[HEAP_FREED_BYTES],
        };

        stacks_count((struct stacks_record *)(uintptr_t)record, freed);
    }
}

int
heap_start(struct heap_table *table, uint64_t sample_bytes)
{
    unwind_prime();
    guard_open(&table->guard);
    stacks_adopt(heap_stacks_of(table));
    heap_settle(heap_stacks_of(table));
    live_clear(&table->live);
    table->sample_bytes = sample_bytes;
    heap.table = table;
    heap.allocator = unwind_range_of((const void *)(uintptr_t)MallocHook_AddNewHook);
    if (MallocHook_AddDeleteHook(on_delete)) {
        if (MallocHook_AddNewHook(heap_on_new))
            return 0;
        MallocHook_RemoveDeleteHook(on_delete);
    }
    table->sample_bytes = 0;
    return -EBUSY;
}

void
heap_stop(void)
{
    MallocHook_RemoveNewHook(heap_on_new);
    MallocHook_RemoveDeleteHook(on_delete);
}

#else

int
heap_start(struct heap_table *table, uint64_t sample_bytes)
{
    (void)table;
    (void)sample_bytes;
    return -ENOTSUP;
}

void
heap_stop(void)
{
}

#endif

bool
heap_supported(void)
{
    return HAVE_TCMALLOC;
}
