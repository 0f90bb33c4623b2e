/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sampler: where a worker's CPU time goes. Each thread has a timer on its own CPU clock; when
 * it expires, the stack and the label are counted in shared memory together with the CPU time
 * that has passed since the thread's last sample, in all, and the parts of it that were spent
 * in the program and in the kernel (getrusage(2)). The times add up to what the kernel charged,
 * whatever the rate: timers on a CPU clock expire on the kernel's tick only (CONFIG_HZ, often
 * 250 a second), so asking for more gives no more samples.
 *
 * See timer_create(2), "SIGEV_THREAD_ID".
 */
#ifndef PROFILE_SAMPLER_H
#define PROFILE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/stacks.h"

/* What the values of a record count. */
enum { SAMPLER_SAMPLES, SAMPLER_NS, SAMPLER_USER_NS, SAMPLER_SYSTEM_NS };

/* One worker's, in shared memory. */
struct sampler_table {
    uint32_t guard;
    uint32_t wanted;  /* how many want samples; a worker that none wants takes none */
    uint32_t hz;      /* requested, also before it starts; 0: there will be no samples */
    pid_t pid;        /* the process that takes samples; 0: none */
    uint64_t retired; /* ns of CPU time that processes before this one have used */
    uint64_t stacks[STACKS_SIZE / sizeof(uint64_t)];
};

static inline const struct stacks *
sampler_stacks(const struct sampler_table *table)
{
    return (const struct stacks *)table->stacks;
}

/* --- in the worker ------------------------------------------------------------------------ */

/* Makes this process take samples, at most hz (1 to 1000) a second of CPU time, whenever
 * somebody wants some. Takes SIGPROF. Call once, in the main thread, before other threads
 * start. The table outlives the process. 0 or a negative errno: then there are no samples. */
int sampler_start(struct sampler_table *table, unsigned hz) __attribute__((warn_unused_result));

/* Samples the calling thread, too; does nothing without sampler_start() before. The thread must
 * last as long as the process. 0 or a negative errno. */
int sampler_add_thread(void) __attribute__((warn_unused_result));

/* --- in any other process ----------------------------------------------------------------- */

/* Wants samples (or no longer): counted, so that several can at once. pid is the worker's, from
 * a source that workers can't write (0: none now). Works on a worker that is stuck, and on one
 * that will replace it. */
void sampler_request(struct sampler_table *table, pid_t pid, bool want);

/* CPU time that all processes of this worker have used so far: ns. */
uint64_t sampler_cpu_time(const struct sampler_table *table);

/* The master's, when a worker's process has ended after so much CPU time (getrusage(2)). */
void sampler_retire(struct sampler_table *table, uint64_t cpu_ns);

#endif
