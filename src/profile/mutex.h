/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutex: which calls waited for a lock held by another thread, and for how long. Uncontended
 * locks cost nothing more.
 */
#ifndef PROFILE_MUTEX_H
#define PROFILE_MUTEX_H

#include <pthread.h>
#include <stdint.h>

#include "profile/stacks.h"

/* The meaning of a record's values. */
enum { MUTEX_TIMES, MUTEX_NS };

/* Of one worker, in shared memory. */
struct mutex_table {
    uint32_t guard;
    uint32_t unused;
    uint64_t stacks[STACKS_SIZE / sizeof(uint64_t)];
};

static inline const struct stacks *
mutex_stacks(const struct mutex_table *table)
{
    return (const struct stacks *)table->stacks;
}

/* Records waits of this process from now on, in all threads. The table outlives the process. */
void mutex_start(struct mutex_table *table);

/* Like pthread_mutex_lock(3). Records nothing before mutex_start(). */
void mutex_lock(pthread_mutex_t *mutex);

#endif
