/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard: a lock for signal handlers and allocator hooks. It gives up after a bounded number of
 * attempts, and the caller decides what to do then. If the holder died, the process that takes
 * over the table releases the lock.
 */
#ifndef PROFILE_GUARD_H
#define PROFILE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#define GUARD_TRIES 4096 /* some microseconds; the lock is held for a fraction of one */

static inline bool
guard_try(uint32_t *guard)
{
    for (unsigned i = 0; i < GUARD_TRIES; i++) {
        if (__atomic_exchange_n(guard, 1, __ATOMIC_ACQUIRE) == 0)
            return true;
    }
    return false;
}

static inline void
guard_open(uint32_t *guard)
{
    __atomic_store_n(guard, 0, __ATOMIC_RELEASE);
}

#endif
