/* SPDX-License-Identifier: BSD-2-Clause */
/* clock: times in the units that tiffd counts in. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

/* Milliseconds that never go back (CLOCK_MONOTONIC), for deadlines and ages. */
static inline uint64_t
clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Nanoseconds since the epoch, for people. */
static inline uint64_t
clock_wall(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t
clock_of_timeval(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_usec * 1000u;
}

/* Nanoseconds of CPU time, the system's included. */
static inline uint64_t
clock_of_usage(const struct rusage *usage)
{
    return clock_of_timeval(&usage->ru_utime) + clock_of_timeval(&usage->ru_stime);
}

#endif
