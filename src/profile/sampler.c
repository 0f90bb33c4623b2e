/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sampler: SIGPROF has three sources. From a thread's timer, or from the main thread's counter
 * of kernel_stack.h, it requests a sample of that thread. From another process it means that
 * table->wanted has changed, and the handler starts or stops the timers; timer_settime(2) is
 * async-signal-safe.
 *
 * The handler does not allocate, does not wait for locks, and preserves errno. CPU time of
 * unsampled threads, and after a thread's last sample, is in no record; readers obtain it as
 * the difference to sampler_cpu_time().
 */
#include "profile/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "profile/guard.h"
#include "profile/kernel_stack.h"
#include "stack/label.h"
#include "stack/unwind.h"

#define THREADS_MAX 64
#define KERNEL_MAX  (STACKS_DEPTH / 2) /* frames of the kernel */
#define SECOND      1000000000u

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

struct thread {
    timer_t timer;
    clockid_t clock;
    uint64_t last;   /* ns on that clock: time up to here is in a sample */
    uint64_t system; /* system time at that moment, ns */
    bool fresh;      /* no sample since the timer was started: system is not valid */
    bool kernel;     /* has the counter instead of the timer */
    bool ready;      /* written last */
};

/* Static, because a signal handler gets no argument of its own. */
static struct {
    struct sampler_table *table;
    uint64_t period; /* ns */
    bool armed;
    unsigned count; /* of threads; the last ones may not be ready yet */
    struct thread threads[THREADS_MAX];
} sampler;

static struct stacks *
sampler_stacks_of(struct sampler_table *table)
{
    return (struct stacks *)table->stacks;
}

/* The part of ns that the calling thread spent in the kernel. For the first sample after a
 * pause, it is estimated from the thread's totals. */
static uint64_t
system_part(const struct thread *thread, const struct rusage *usage, uint64_t ns)
{
    const uint64_t system = clock_of_timeval(&usage->ru_stime);
    const uint64_t all = clock_of_usage(usage);
    const uint64_t part = system > thread->system ? system - thread->system : 0;

    if (thread->fresh)
        return all > 0 ? (uint64_t)((double)ns * (double)system / (double)all) : 0;
    return part < ns ? part : ns;
}

/* The functions of the kernel, then those that led there. */
static unsigned
take_stack(const struct thread *thread, const void *context, uintptr_t pcs[STACKS_DEPTH])
{
    const unsigned depth = thread->kernel ? kernel_stack_take(pcs, KERNEL_MAX) : 0;

    return depth + unwind_interrupted(context, pcs + depth, STACKS_DEPTH - depth);
}

/* If another thread holds the guard, the time is added to this thread's next sample. */
static void
take_sample(struct thread *thread, const void *context)
{
    uintptr_t pcs[STACKS_DEPTH];
    const uint64_t now = clock_read(thread->clock);
    const uint64_t ns = now - thread->last;
    uint64_t values[STACKS_VALUES] = { [SAMPLER_SAMPLES] = 1, [SAMPLER_NS] = ns };
    const unsigned depth = take_stack(thread, context, pcs);
    struct rusage usage = { 0 };

    if (!guard_try(&sampler.table->guard))
        return;
    getrusage(RUSAGE_THREAD, &usage);
    values[SAMPLER_SYSTEM_NS] = system_part(thread, &usage, ns);
    values[SAMPLER_USER_NS] = ns - values[SAMPLER_SYSTEM_NS];
    thread->last = now;
    thread->system = thread->fresh ? clock_of_timeval(&usage.ru_stime)
                                   : thread->system + values[SAMPLER_SYSTEM_NS];
    thread->fresh = false;
    stacks_add(sampler_stacks_of(sampler.table), label_get(), pcs, depth, values);
    guard_open(&sampler.table->guard);
}

/* The first period is random, so that the workers' samples are not synchronised. */
static void
sampler_arm(struct thread *thread, bool on)
{
    struct itimerspec times = { 0 };
    uint64_t first;

    thread->last = clock_read(thread->clock);
    thread->fresh = true;
    if (thread->kernel) {
        kernel_stack_arm(on);
        return;
    }
    if (on) {
        first = (thread->last ^ (uintptr_t)&first) * 0x9e3779b97f4a7c15u % sampler.period + 1;
        times.it_value.tv_sec = (time_t)(first / SECOND);
        times.it_value.tv_nsec = (long)(first % SECOND);
        times.it_interval.tv_sec = (time_t)(sampler.period / SECOND);
        times.it_interval.tv_nsec = (long)(sampler.period % SECOND);
    }
    timer_settime(thread->timer, 0, &times, NULL);
}

static void
arm_all(bool on)
{
    unsigned count = __atomic_load_n(&sampler.count, __ATOMIC_SEQ_CST);

    for (unsigned i = 0; i < count && i < THREADS_MAX; i++)
        if (__atomic_load_n(&sampler.threads[i].ready, __ATOMIC_SEQ_CST))
            sampler_arm(&sampler.threads[i], on);
}

static bool
is_wanted(void)
{
    return __atomic_load_n(&sampler.table->wanted, __ATOMIC_SEQ_CST) > 0;
}

/* Repeats, because wanted may change meanwhile, and its signal may go to another thread. */
static void
arm_as_wanted(void)
{
    bool on;

    do {
        on = is_wanted();
        if (__atomic_exchange_n(&sampler.armed, on, __ATOMIC_SEQ_CST) != on)
            arm_all(on);
    } while (is_wanted() != on);
}

/* Checks the pointer, because any process of the same user could send such a signal. */
static struct thread *
thread_of(const siginfo_t *info)
{
    struct thread *thread = info->si_value.sival_ptr;

    return thread >= sampler.threads && thread < sampler.threads + THREADS_MAX ? thread : NULL;
}

static void
sampler_on_signal(int signal, siginfo_t *info, void *context)
{
    struct thread *thread = thread_of(info);
    int error = errno;

    (void)signal;
    if (info->si_code == SI_TIMER && thread)
        take_sample(thread, context);
    else if (kernel_stack_sent(info))
        take_sample(&sampler.threads[0], context);
    else
        arm_as_wanted();
    errno = error;
}

/* SA_RESTART: interrupted system calls continue where the kernel can restart them. */
static int
install_handler(void)
{
    struct sigaction action = { .sa_sigaction = sampler_on_signal,
                                .sa_flags = SA_SIGINFO | SA_RESTART };

    sigfillset(&action.sa_mask);
    return sigaction(SIGPROF, &action, NULL) < 0 ? -errno : 0;
}

int
sampler_add_thread(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF };
    struct thread *thread;
    unsigned index;

    if (sampler.table == NULL)
        return 0;
    index = __atomic_fetch_add(&sampler.count, 1, __ATOMIC_SEQ_CST);
    if (index >= THREADS_MAX)
        return -EAGAIN;
    thread = &sampler.threads[index];
    thread->kernel = index == 0 && kernel_stack_is_open();
    event.sigev_notify_thread_id = gettid();
    event.sigev_value.sival_ptr = thread;
    if (pthread_getcpuclockid(pthread_self(), &thread->clock) != 0 ||
        timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &thread->timer) < 0)
        return -errno;
    __atomic_store_n(&thread->ready, true, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&sampler.armed, __ATOMIC_SEQ_CST))
        sampler_arm(thread, true);
    signals_unblock(SIGPROF);
    return 0;
}

/* This publishes the pid before it reads wanted; sampler_request() changes wanted before it
 * reads the pid. So at least one of them sees the other's change. */
int
sampler_start(struct sampler_table *table, unsigned hz)
{
    int error;

    unwind_prime();
    label_set(LABEL_NONE);
    sampler.table = table;
    sampler.period = SECOND / hz;
    table->hz = hz;
    guard_open(&table->guard);
    stacks_adopt(sampler_stacks_of(table));
    if ((error = install_handler()) < 0 || (error = sampler_add_thread()) < 0) {
        sampler.table = NULL;
        table->hz = 0;
        return error;
    }
    __atomic_store_n(&table->pid, getpid(), __ATOMIC_SEQ_CST);
    arm_as_wanted();
    return 0;
}

/* --- in any other process ----------------------------------------------------------------- */

void
sampler_request(struct sampler_table *table, pid_t pid, bool wanted)
{
    if (wanted)
        __atomic_fetch_add(&table->wanted, 1, __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_sub(&table->wanted, 1, __ATOMIC_SEQ_CST);
    if (pid > 0 && __atomic_load_n(&table->pid, __ATOMIC_SEQ_CST) != 0)
        kill(pid, SIGPROF);
}

uint64_t
sampler_cpu_time(const struct sampler_table *table)
{
    uint64_t retired = __atomic_load_n(&table->retired, __ATOMIC_SEQ_CST);
    pid_t pid = __atomic_load_n(&table->pid, __ATOMIC_SEQ_CST);
    uint64_t ns;

    return clock_of_process(pid, &ns) ? retired + ns : retired;
}

void
sampler_retire(struct sampler_table *table, uint64_t cpu_ns)
{
    __atomic_store_n(&table->pid, 0, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&table->retired, cpu_ns, __ATOMIC_SEQ_CST);
}
