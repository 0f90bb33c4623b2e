/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wall: the kernel says how long a loop ran and how long it waited for a CPU; the rest of the
 * window it waited for something else. The time that it ran is divided by the samples of CPU
 * time that are taken meanwhile, the time that it waited by looks at its state. A process that
 * begins or ends in the window is left out.
 */
#include "pages/wall.h"

#include <errno.h>
#include <stdlib.h>

#include "base/count.h"
#include "base/proc.h"
#include "observer/scope.h"
#include "pages/profile_reply.h"
#include "profile/marker.h"
#include "profile/sampler.h"
#include "shared/trace.h"

#define LOOK_MS 10      /* between two looks */
#define READ_NS 1000000 /* a read that takes longer was interrupted, */
#define READS   100     /* and is repeated, so often at most */

/* What a loop can wait for besides a CPU. */
static const enum marker waits[] = { MARKER_WAIT_EVENTS, MARKER_WAIT_KERNEL, MARKER_STOPPED };

struct wall_worker {
    const struct view *view;
    unsigned number;
    pid_t pid; /* 0: it is left out */
    uint64_t began_ns;
    uint64_t ended_ns;
    struct proc_sched began;
    struct proc_sched ended;
    uint64_t looks[COUNT(waits)]; /* how often it waited for what */
};

struct wall {
    struct scope scope;
    struct wall_worker *workers;
    unsigned count;
    struct profile *samples; /* of CPU time, a part for each worker */
};

/* --- looking ------------------------------------------------------------------------------ */

/* What the kernel counted until *now. */
static bool
read_sched(pid_t pid, uint64_t *now, struct proc_sched *sched)
{
    for (unsigned i = 0; i < READS; i++) {
        *now = trace_now();
        if (!proc_sched(pid, sched))
            return false;
        if (trace_now() - *now < READ_NS)
            break;
    }
    return true;
}

static void
begin_worker(struct wall_worker *worker)
{
    worker->pid = roster_pid(worker->view->shared->roster, worker->number);
    if (!read_sched(worker->pid, &worker->began_ns, &worker->began))
        worker->pid = 0;
}

static void
end_worker(struct wall_worker *worker)
{
    if (!read_sched(worker->pid, &worker->ended_ns, &worker->ended) ||
        roster_pid(worker->view->shared->roster, worker->number) != worker->pid)
        worker->pid = 0;
}

static void
look_at_worker(struct wall_worker *worker)
{
    const struct slot *slot = slots_worker(&worker->view->shared->slots, worker->number);
    struct proc_stat stat;

    if (worker->pid == 0 || !proc_stat(worker->pid, &stat) || stat.state == 'R')
        return;
    if (stat.state == 'T' || stat.state == 't')
        worker->looks[2]++;
    else
        worker->looks[slot_read(&slot->turn_began) != 0]++;
}

/* False: the client has left. */
static bool
watch_workers(struct page *page, struct wall *wall)
{
    const uint64_t end = trace_now() + page->query.seconds * UINT64_C(1000000000);

    while (trace_now() < end) {
        if (!page_wait(page, LOOK_MS))
            return false;
        for (unsigned i = 0; i < wall->count; i++)
            look_at_worker(&wall->workers[i]);
    }
    return true;
}

static int
wall_begin(struct wall *wall, const struct page *page)
{
    unsigned number;

    wall->scope = scope_of(page->view, page->query.worker);
    wall->count = scope_size(&wall->scope, page->view);
    wall->workers = calloc(wall->count, sizeof(*wall->workers));
    if (wall->workers == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < wall->count; i++) {
        wall->workers[i].view = scope_worker(&wall->scope, page->view, i, &number);
        wall->workers[i].number = number;
        begin_worker(&wall->workers[i]);
    }
    return 0;
}

/* 0, a negative errno, or 1: the client has gone. */
static int
wall_watch(struct page *page, struct wall *wall)
{
    struct profile *before = scope_take(&wall->scope, page->view, PROFILE_CPU);
    int error = wall_begin(wall, page);

    if (error == 0 && before == NULL)
        error = -ENOMEM;
    if (error == 0 && !watch_workers(page, wall))
        error = 1;
    for (unsigned i = 0; error == 0 && i < wall->count; i++)
        end_worker(&wall->workers[i]);
    if (error == 0 &&
        (wall->samples = scope_take(&wall->scope, page->view, PROFILE_CPU)) == NULL)
        error = -ENOMEM;
    if (error == 0)
        profile_subtract(wall->samples, before);
    profile_free(before);
    return error;
}

/* --- adding up ---------------------------------------------------------------------------- */

static void
add_marker(struct profile_part *part, enum marker marker, uint64_t ns)
{
    const uintptr_t pc = marker_pc(marker);
    const uint64_t values[PROFILE_VALUES] = { ns };

    if (ns > 0)
        profile_add(part, 0, &pc, 1, values);
}

static uint64_t
sampled_ns(const struct stacks *stacks)
{
    const struct stacks_record *record;
    uint64_t sum = 0;
    size_t place = 0;

    while ((record = stacks_next(stacks, &place)) != NULL)
        sum += record->values[SAMPLER_NS];
    return sum;
}

/* Samples are of all threads, and come late; they never make more than the loop ran. */
static void
add_running(struct profile_part *part, const struct stacks *samples, uint64_t ran)
{
    const uint64_t sampled = sampled_ns(samples);
    const double scale = sampled > ran ? (double)ran / (double)sampled : 1;
    const struct stacks_record *record;
    size_t place = 0;

    while ((record = stacks_next(samples, &place)) != NULL) {
        const uint64_t values[PROFILE_VALUES] = { (
            uint64_t)((double)record->values[SAMPLER_NS] * scale) };

        profile_add(part, record->label, record->pcs, (unsigned)record->depth, values);
    }
    if (ran > sampled)
        add_marker(part, MARKER_NOT_SAMPLED, ran - sampled);
}

/* Nothing was seen: then it waited for events, of which it does not take long to be seen. */
static void
add_waiting(struct profile_part *part, const struct wall_worker *worker, uint64_t ns)
{
    uint64_t looks = 0;

    for (size_t i = 0; i < COUNT(waits); i++)
        looks += worker->looks[i];
    if (looks == 0)
        add_marker(part, MARKER_WAIT_EVENTS, ns);
    for (size_t i = 0; looks > 0 && i < COUNT(waits); i++)
        add_marker(part, waits[i],
                   (uint64_t)((double)ns * (double)worker->looks[i] / (double)looks));
}

static void
add_wall_worker(struct profile_part *part, const struct wall_worker *worker,
                const struct stacks *samples)
{
    const uint64_t window = worker->ended_ns - worker->began_ns;
    const uint64_t ran = worker->ended.run_ns - worker->began.run_ns;
    const uint64_t delayed = worker->ended.delay_ns - worker->began.delay_ns;

    part->worker = worker->number;
    part->labels = &worker->view->shared->labels;
    if (worker->pid == 0)
        return;
    add_running(part, samples, ran);
    add_marker(part, MARKER_WAIT_CPU, delayed);
    if (window > ran + delayed)
        add_waiting(part, worker, window - ran - delayed);
}

/* That of the worker that was watched longest: they differ by what came between. */
static uint64_t
window_of(const struct wall *wall)
{
    uint64_t longest = 0;

    for (unsigned i = 0; i < wall->count; i++) {
        const struct wall_worker *worker = &wall->workers[i];

        if (worker->pid != 0 && worker->ended_ns - worker->began_ns > longest)
            longest = worker->ended_ns - worker->began_ns;
    }
    return longest;
}

static int
write_wall(struct page *page, const struct wall *wall)
{
    struct profile *profile = profile_create(PROFILE_WALL, wall->count);

    if (profile == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < wall->count && i < wall->samples->count; i++)
        add_wall_worker(&profile->parts[i], &wall->workers[i], wall->samples->parts[i].stacks);
    profile->begin = wall->samples->begin;
    profile->duration = window_of(wall);
    profile_reply_write(page, &(const struct profile_reply){ .profile = profile,
                                                             .file_name = "wall" });
    profile_free(profile);
    return 0;
}

static bool
is_told(const struct wall *wall)
{
    bool told = wall->count == 0;

    for (unsigned i = 0; i < wall->count; i++)
        told |= wall->workers[i].pid != 0;
    return told;
}

void
wall_write(struct page *page)
{
    struct wall wall = { 0 };
    int error;

    if (!page->head_only) {
        wall.scope = scope_of(page->view, page->query.worker);
        subscription_begin(page->subscription, page->view, &wall.scope);
    }
    error = wall_watch(page, &wall);
    subscription_end(page->subscription, page->view);
    if (error == 0 && !is_told(&wall))
        page_refuse(page, 503,
                    "no worker lived through the window, or /proc/PID/schedstat is "
                    "not there");
    else if (error == 0)
        error = write_wall(page, &wall);
    if (error < 0)
        page_fail(page, error);
    profile_free(wall.samples);
    free(wall.workers);
}
