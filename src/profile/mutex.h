/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutex: which calls have waited for a lock that another thread held, and how long. Locks that
 * are free cost nothing more.
 */
#ifndef PROFILE_MUTEX_H
#define PROFILE_MUTEX_H

#include <pthread.h>
#include <stdint.h>

#include "profile/stacks.h"

/* What the values of a record count. */
enum { MUTEX_TIMES, MUTEX_NS };

/* One worker's, in shared memory. */
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

/* Counts waits of this process from now on, in all threads. The table outlives the process. */
void mutex_start(struct mutex_table *table);

/* As pthread_mutex_lock(3). Without mutex_start() before, nothing is counted. */
void mutex_lock(pthread_mutex_t *mutex);

#endif
