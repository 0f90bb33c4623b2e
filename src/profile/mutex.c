/* SPDX-License-Identifier: BSD-2-Clause */
/* mutex: tries the lock first, and reads the clock only if it must wait. A wait that can't get
 * the guard of the table is counted as lost. */
#include "profile/mutex.h"

#include "base/clock.h"
#include "profile/guard.h"
#include "stack/label.h"
#include "stack/unwind.h"

/* Static, because callers of mutex_lock() do not know the table. */
static struct mutex_table *mine;

static struct stacks *
table_stacks(struct mutex_table *table)
{
    return (struct stacks *)table->stacks;
}

void
mutex_start(struct mutex_table *table)
{
    unwind_prime();
    guard_open(&table->guard);
    stacks_adopt(table_stacks(table));
    mine = table;
}

static void
mutex_count_wait(uintptr_t caller, uint64_t ns)
{
    const uint64_t values[STACKS_VALUES] = { [MUTEX_TIMES] = 1, [MUTEX_NS] = ns };
    uintptr_t pcs[STACKS_DEPTH];
    const unsigned depth = unwind_from(caller, pcs, STACKS_DEPTH);

    if (!guard_try(&mine->guard)) {
        stacks_lose(table_stacks(mine), values);
        return;
    }
    stacks_add(table_stacks(mine), label_get(), pcs, depth, values);
    guard_open(&mine->guard);
}

__attribute__((noinline)) void
mutex_lock(pthread_mutex_t *mutex)
{
    uint64_t began;

    if (mine == NULL) {
        pthread_mutex_lock(mutex);
        return;
    }
    if (pthread_mutex_trylock(mutex) == 0)
        return;
    began = clock_read(CLOCK_MONOTONIC);
    pthread_mutex_lock(mutex);
    mutex_count_wait((uintptr_t)__builtin_return_address(0),
                     clock_read(CLOCK_MONOTONIC) - began);
}
