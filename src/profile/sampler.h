/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sampler: samples a worker's CPU time. Each thread has a timer on its own CPU clock. When it
 * expires, the handler adds the CPU time since the thread's last sample to the record of the
 * stack and label in shared memory: the total, and the parts in user and system mode
 * (getrusage(2)). The times add up to what the kernel charged, at any rate. Timers on a CPU
 * clock expire only on the kernel's tick (CONFIG_HZ, often 250 a second), so a higher rate
 * gives no more samples.
 *
 * See timer_create(2), "SIGEV_THREAD_ID".
 */
#ifndef PROFILE_SAMPLER_H
#define PROFILE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/stacks.h"

/* The meaning of a record's values. */
enum { SAMPLER_SAMPLES, SAMPLER_NS, SAMPLER_USER_NS, SAMPLER_SYSTEM_NS };

/* Of one worker, in shared memory. */
struct sampler_table {
    uint32_t guard;
    uint32_t wanted;  /* number of requests for samples; 0: none are taken */
    uint32_t hz;      /* configured, even before it starts; 0: there will be no samples */
    pid_t pid;        /* the process that is sampled; 0: none */
    uint64_t retired; /* CPU time that earlier processes used, ns */
    uint64_t stacks[STACKS_SIZE / sizeof(uint64_t)];
};

static inline const struct stacks *
sampler_stacks(const struct sampler_table *table)
{
    return (const struct stacks *)table->stacks;
}

/* --- in the worker ------------------------------------------------------------------------ */

/* Lets this process take samples, at most hz (1 to 1000) per second of CPU time, while they are
 * requested. Uses SIGPROF. Call once, in the main thread, before other threads start. After
 * kernel_stack_open(), stacks of the main thread include the kernel. The table outlives the
 * process. 0 or a negative errno: then there are no samples. */
int sampler_start(struct sampler_table *table, unsigned hz) __attribute__((warn_unused_result));

/* Samples the calling thread, too. Does nothing without sampler_start(). The thread must last
 * as long as the process. 0 or a negative errno. */
int sampler_add_thread(void) __attribute__((warn_unused_result));

/* --- in any other process ----------------------------------------------------------------- */

/* Requests samples, or withdraws a request; requests are counted, so there can be several. pid:
 * the worker's, from memory that workers can't write (0: none now). Also reaches a worker that
 * is stuck, and one that is respawned later. */
void sampler_request(struct sampler_table *table, pid_t pid, bool want);

/* CPU time that all processes of this worker have used so far, ns. */
uint64_t sampler_cpu_time(const struct sampler_table *table);

/* For the master, when a worker's process has ended after this much CPU time (getrusage(2)). */
void sampler_retire(struct sampler_table *table, uint64_t cpu_ns);

#endif
