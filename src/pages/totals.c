/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * totals: adds up the counters in the slots of every generation that the view knows, and what
 * those that ended before left. Nothing here is fatal. Known weakness: workers continue while
 * they are read, so numbers of one reply may differ by what happens meanwhile.
 */
#include "pages/totals.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "observer/scope.h"
#include "shared/counters.h"

/* --- CPU time ----------------------------------------------------------------------------- */

#define RUSAGE_LOSS 2000 /* ns: wait4(2) rounds user and system time down to whole us */
#define NS          UINT64_C(1000000000) /* a second's */

static void
add_cpu(struct totals_cpu *sum, struct totals_cpu cpu)
{
    sum->all_ns += cpu.all_ns;
    sum->user_ns += cpu.user_ns;
    sum->system_ns += cpu.system_ns;
}

/* The kernel reports it in ticks, rounded down, so the value of an ended process is never less.
 * 0 without /proc. */
static void
add_split(pid_t pid, struct totals_cpu *cpu)
{
    const uint64_t tick = NS / (uint64_t)sysconf(_SC_CLK_TCK);
    struct proc_stat stat;

    if (!proc_stat(pid, &stat))
        return;
    cpu->user_ns += stat.user_ticks * tick;
    cpu->system_ns += stat.system_ticks * tick;
}

/* False: the master is in the middle of a change. */
static bool
try_entry(const struct roster_entry *entry, struct totals_cpu *cpu)
{
    const uint64_t retired = __atomic_load_n(&entry->retired_ns, __ATOMIC_SEQ_CST);
    const pid_t pid = __atomic_load_n(&entry->pid, __ATOMIC_SEQ_CST);
    uint64_t ns = 0;
    bool steady;

    *cpu = (struct totals_cpu){
        .user_ns = __atomic_load_n(&entry->retired_user_ns, __ATOMIC_SEQ_CST),
        .system_ns = __atomic_load_n(&entry->retired_system_ns, __ATOMIC_SEQ_CST),
    };
    steady = pid <= 0 || clock_of_process(pid, &ns);
    add_split(pid, cpu);
    ns -= ns < RUSAGE_LOSS ? ns : RUSAGE_LOSS; /* else the end would turn it back */
    cpu->all_ns = ns + retired;
    return steady && __atomic_load_n(&entry->retired_ns, __ATOMIC_SEQ_CST) == retired;
}

/*
 * The master adds what a process used and then empties its slot. Where the sum has changed
 * meanwhile, or the id is there and its process is not, it is in the middle of that: what was
 * read would count the process twice or not at all, so all of it is read again.
 */
static struct totals_cpu
cpu_of_entry(const struct roster *roster, unsigned number)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    struct totals_cpu cpu;

    for (unsigned tries = 0; !try_entry(&roster->entries[number], &cpu) && tries < 20; tries++)
        nanosleep(&moment, NULL);
    return cpu;
}

struct totals_cpu
totals_own_cpu(const struct view *view)
{
    struct totals_cpu sum = { 0 };

    for (unsigned i = 0; i < view->shared->roster->workers; i++)
        add_cpu(&sum, cpu_of_entry(view->shared->roster, i));
    return sum;
}

/* --- sums --------------------------------------------------------------------------------- */

void
totals_take(const struct view *view, struct totals *totals)
{
    *totals = (struct totals){ .sum = *view->gone,
                               .cpu = { view->gone->retired_ns, view->gone->retired_user_ns,
                                        view->gone->retired_system_ns },
                               .restarts = view->gone->restarts };
    for (; view; view = view->older) {
        counters_sum(&view->shared->slots, &totals->sum);
        add_cpu(&totals->cpu, totals_own_cpu(view));
        totals->restarts += roster_restarts(view->shared->roster);
    }
}

struct slot_counters
totals_own_counters(const struct view *view, unsigned section)
{
    struct slot_counters counters = { 0 };

    for (unsigned i = 0; i < view->shared->slots.workers; i++)
        slot_counters_sum(&counters, slots_object(&view->shared->slots, i, section));
    return counters;
}

struct slot_counters
totals_counters(const struct view *view, unsigned section)
{
    const struct config_asset *asset = &view->shared->config->assets[section];
    struct slot_counters counters = { 0 };

    if (view->gone_counters)
        counters = view->gone_counters[section];
    for (; view; view = view->older) {
        const struct config_asset *own = catalogue_find_section(view->shared->catalogue, asset);

        if (own) {
            const struct slot_counters more = totals_own_counters(view, own->section);

            slot_counters_sum(&counters, &more);
        }
    }
    return counters;
}

struct slot_timing
totals_timing(const struct view *view, unsigned section)
{
    const struct config_asset *asset = &view->shared->config->assets[section];
    struct slot_timing timing = { 0 };

    if (view->gone_timings)
        timing = view->gone_timings[section];
    for (; view; view = view->older) {
        const struct config_asset *own = catalogue_find_section(view->shared->catalogue, asset);

        for (unsigned i = 0; own && i < view->shared->slots.workers; i++)
            slot_timing_sum(&timing, slots_section(&view->shared->slots, i, own->section));
    }
    return timing;
}

/* --- workers ------------------------------------------------------------------------------ */

static struct totals_worker
look_at(const struct view *view, unsigned number)
{
    const struct roster_entry *entry = &view->shared->roster->entries[number];
    struct totals_worker worker = {
        .view = view,
        .slot = slots_worker(&view->shared->slots, number),
        .number = number,
        .pid = roster_pid(view->shared->roster, number),
        .cpu = cpu_of_entry(view->shared->roster, number),
        .spawned = __atomic_load_n(&entry->spawned, __ATOMIC_RELAXED),
    };
    struct proc_sched sched;

    if (worker.pid <= 0 || view->memory == NULL ||
        !proc_memory_pss(&view->memory[number], &worker.pss))
        worker.pss = 0;
    (void)proc_sched(worker.pid, &sched);
    worker.delay_ns = sched.delay_ns;
    return worker;
}

struct totals_worker *
totals_workers(const struct view *view, unsigned *count)
{
    const struct scope scope = scope_of(view, SCOPE_ALL);
    struct totals_worker *workers;
    const struct view *owner;
    unsigned number;

    for (*count = 0; scope_worker(&scope, view, *count, &number);)
        ++*count;
    if ((workers = calloc(*count, sizeof(*workers))) == NULL)
        return NULL;
    for (unsigned i = 0; i < *count; i++)
        if ((owner = scope_worker(&scope, view, i, &number)) != NULL)
            workers[i] = look_at(owner, number);
    return workers;
}

uint64_t
totals_connection_limit(const struct view *view)
{
    return (uint64_t)view->shared->slots.workers *
           view->shared->config->server.worker_connections;
}

struct slot_memory
totals_memory(const struct totals_worker *workers, unsigned count)
{
    struct slot total = { 0 };

    for (unsigned i = 0; i < count; i++)
        if (workers[i].pid > 0)
            counters_add(COUNTER_MEMORY, &total, workers[i].slot);
    return total.memory;
}

bool
totals_exemplar(const struct view *view, size_t offset, unsigned bucket,
                struct exemplar *newest)
{
    *newest = (struct exemplar){ 0 };
    for (; view; view = view->older)
        for (unsigned i = 0; i < view->shared->slots.workers; i++) {
            const char *slot = (const char *)slots_worker(&view->shared->slots, i);
            struct exemplar exemplar;

            if (exemplar_take((const struct exemplars *)(const void *)(slot + offset), bucket,
                              &exemplar) &&
                exemplar.at >= newest->at)
                *newest = exemplar;
        }
    return newest->version != 0;
}
