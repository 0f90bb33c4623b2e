/* SPDX-License-Identifier: BSD-2-Clause */
/* clock: times in the units that tiffd counts in. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

static inline uint64_t
clock_of_timespec(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

/* Nanoseconds on a clock of clock_gettime(2); 0: there is no such clock. */
static inline uint64_t
clock_read(clockid_t clock)
{
    struct timespec now = { 0 };

    clock_gettime(clock, &now);
    return clock_of_timespec(&now);
}

/* Milliseconds that never go back, for deadlines and ages. */
static inline uint64_t
clock_now(void)
{
    return clock_read(CLOCK_MONOTONIC) / 1000000;
}

/* The earlier of two deadlines; 0: none. */
static inline uint64_t
clock_earlier(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Nanoseconds since the epoch, for people. */
static inline uint64_t
clock_wall(void)
{
    return clock_read(CLOCK_REALTIME);
}

/* Nanoseconds of CPU time of a process: of all its threads, the system's included; see
 * clock_getcpuclockid(3). False: there is no such process. */
__attribute__((warn_unused_result)) static inline bool
clock_of_process(pid_t pid, uint64_t *ns)
{
    struct timespec used;
    clockid_t clock;

    /* 0 would be this process itself. */
    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
        return false;
    *ns = clock_of_timespec(&used);
    return true;
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
