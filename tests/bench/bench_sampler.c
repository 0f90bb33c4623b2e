/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_sampler: what a sample of the CPU profile costs, from the signal to the return from its
 * handler, under so many calls. Times the rate it is the share of CPU time that profiling
 * takes. A first sample comes from the timer; its siginfo_t(3type), sent again, makes the
 * others.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "profile/sampler.h"

#define DEPTH 10 /* of worker_run(), about */

static struct sampler_table *table;
static void (*handler)(int signal, siginfo_t *info, void *context);
static siginfo_t first;
static volatile sig_atomic_t seen;

static void
keep_first(int signal, siginfo_t *info, void *context)
{
    if (!seen && info->si_code == SI_TIMER) {
        first = *info;
        seen = 1;
    }
    handler(signal, info, context);
}

/* Once in a process. */
static void
start(void)
{
    struct sigaction action;

    if ((table = calloc(1, sizeof(*table))) == NULL)
        abort();
    table->wanted = 1;
    if (sampler_start(table, 1000) < 0 || sigaction(SIGPROF, NULL, &action) < 0)
        abort();
    handler = action.sa_sigaction;
    action.sa_sigaction = keep_first;
    sigaction(SIGPROF, &action, NULL);
    while (!seen)
        bench_keep(0);
    action.sa_sigaction = handler;
    sigaction(SIGPROF, &action, NULL);
    sampler_request(table, getpid(), false); /* the timer is quiet from now on */
}

static void
take(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGPROF, &first) < 0)
            abort();
}

static __attribute__((noinline)) void
descend(unsigned depth, uint64_t count)
{
    if (depth == 0)
        take(count);
    else
        descend(depth - 1, count);
    bench_keep(depth); /* no tail call */
}

static void
run_sample(struct bench *bench)
{
    if (table == NULL)
        start();
    bench_reset();
    descend(DEPTH, bench->n);
}

const struct benchmark bench_sampler[] = {
    { "Sample", run_sample },
    { NULL, NULL },
};
