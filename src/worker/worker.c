/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker: the life of one worker process, from the fork to its last connection.
 *
 * A turn of the loop: wait, note the time, act on what is ready, then on the timers that are
 * due, then give each connection that yielded one more turn. Everything that can fail at start
 * is fatal to this process alone (status 1); the master decides what follows.
 */
#include "worker/worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/signals.h"
#include "base/sink.h"
#include "profile/allocator.h"
#include "profile/heap.h"
#include "profile/kernel_stack.h"
#include "profile/mutex.h"
#include "profile/sampler.h"
#include "sandbox/sandbox.h"
#include "shared/trace.h"
#include "stack/crash.h"
#include "stack/dump.h"
#include "worker/inflight.h"
#include "worker/pacing.h"
#include "worker/reader.h"

#define EVENTS 256 /* a turn */

static void
worker_end_now(struct worker *worker)
{
    worker->ended = true;
}

static void
drain_or_end(struct worker *worker)
{
    if (worker->drain.until != 0)
        worker_end_now(worker);
    else
        drain_asked(worker);
}

/* SIGHUP is for the master; a terminal sends it to everybody. */
static const struct {
    int signal;
    void (*act)(struct worker *worker);
} actions[] = {
    { SIGQUIT, drain_asked },
    { SIGTERM, drain_or_end },
    { SIGINT, worker_end_now },
};

static void
worker_on_signal(struct worker *worker, struct watch *watch, uint32_t events)
{
    int signal;

    (void)events;
    while ((signal = signals_next(watch->fd)) != 0) {
        activity_note(worker, NULL, TRACE_SIGNAL, (uint64_t)signal);
        for (size_t i = 0; i < COUNT(actions); i++)
            if (actions[i].signal == signal)
                actions[i].act(worker);
    }
}

static void
on_master_gone(struct worker *worker, struct watch *watch, uint32_t events)
{
    (void)events;
    log_warning("the master is gone: draining");
    watch_end(&worker->watches, watch);
    drain_begin(worker, true);
}

/* After a log rotation the master sends the new files, because a worker can't open it. */
static void
on_channel(struct worker *worker, struct watch *watch, uint32_t events)
{
    struct channel_message message;
    int descriptor;
    int got;

    (void)events;
    while ((got = channel_receive(watch->fd, &message, &descriptor)) > 0)
        if (message.kind == CHANNEL_STDERR || (message.kind == CHANNEL_LOG && descriptor >= 0))
            sink_use(descriptor);
        else if (message.kind == CHANNEL_ACCESS_LOG && descriptor >= 0)
            access_log_use(worker, descriptor);
    if (got < 0)
        watch_end(&worker->watches, watch);
}

static int
watch_descriptor(struct worker *worker, struct watch *watch, int fd,
                 void (*ready)(struct worker *, struct watch *, uint32_t))
{
    *watch = (struct watch){ .ready = ready, .fd = fd };
    return watch_begin(&worker->watches, watch, EPOLLIN);
}

/* Not fatal: a worker on the wrong CPU still serves. */
static void
stay_on_cpu(const struct worker *worker)
{
    cpu_set_t allowed;
    cpu_set_t one;
    int rank;

    if (worker->server->affinity == BINDING_NONE ||
        sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
        return;
    rank = (int)worker->inherit->slot % CPU_COUNT(&allowed);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || rank-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (sched_setaffinity(0, sizeof(one), &one) < 0)
            log_warning("affinity: %s", strerror(errno));
        return;
    }
}

/* While the worker has its privileges. Not fatal: profiles then end at the kernel. */
static void
open_kernel_stacks(const struct inherit *inherit)
{
    const struct config_profile *profile = &inherit->shared->config->profile;
    int error = 0;

    if (inherit->sample_cpu && profile->kernel == CHOICE_YES)
        error = kernel_stack_open(profile->hz);
    if (error < 0 && inherit->slot == 0)
        log_warning("CPU profiles are without functions of the kernel: perf_event_open(2): %s",
                    strerror(-error));
}

/* Not fatal: without profiles a worker still serves. */
static void
start_sampling(const struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;
    const struct config_profile *profile = &inherit->shared->config->profile;
    int error = 0;

    mutex_start(tables_mutex(inherit->shared->tables, inherit->slot));
    if (inherit->sample_cpu)
        error = sampler_start(tables_cpu(inherit->shared->tables, inherit->slot), profile->hz);
    if (error < 0)
        log_error("CPU profile: %s", strerror(-error));
    error = 0;
    if (inherit->sample_heap)
        error = heap_start(tables_heap(inherit->shared->tables, inherit->slot),
                           profile->sample_bytes);
    if (error < 0)
        log_error("heap profile: %s", strerror(-error));
    if (inherit->publish_memory && allocator_count(&worker->slot->memory) < 0)
        log_error("allocations can't be counted: no space for a hook");
}

/* Not fatal: without them a worker still serves. */
static void
worker_arm(const struct inherit *inherit)
{
    int error = crash_arm(tables_crash(inherit->shared->tables, inherit->slot));

    if (error == 0)
        error = dump_arm(tables_dump(inherit->shared->tables, inherit->slot));
    if (error < 0)
        log_error("crash handler: %s", strerror(-error));
}

/* Events from other workers, threads and the master. */
static int
watch_others(struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;
    const struct {
        struct watch *watch;
        int fd; /* -1: there is none */
        void (*ready)(struct worker *worker, struct watch *watch, uint32_t events);
    } others[] = {
        { &worker->handoff, inherit->handoffs ? inherit->handoffs[inherit->slot].take : -1,
          handoff_ready },
        { &worker->sender.loaded, reader_fd(worker->sender.reader), connection_loaded },
        { &worker->master, inherit->master_pipe, on_master_gone },
        { &worker->channel, inherit->channel, on_channel },
    };
    int error = 0;

    for (size_t i = 0; i < COUNT(others) && error == 0; i++)
        if (others[i].fd >= 0)
            error = watch_descriptor(worker, others[i].watch, others[i].fd, others[i].ready);
    return error;
}

static int
worker_start(struct worker *worker)
{
    int signal_fd;
    int error;

    turns_start(worker);
    admission_start(worker);
    worker_arm(worker->inherit);
    stay_on_cpu(worker);
    connections_start(worker);
    census_begin(&worker->shared->census, worker->inherit->slot);
    pacing_start(worker);
    open_kernel_stacks(worker->inherit);
    if ((error = channel_wait(worker->inherit->channel, CHANNEL_BEGIN)) < 0 ||
        (error = identity_become(&worker->shared->confinement->identity)) < 0 ||
        (error = roster_protect(worker->shared->roster)) < 0)
        return error;
    start_sampling(worker);
    if ((error = exchange_open(worker)) < 0 || (error = sender_open(worker)) < 0 ||
        (error = access_log_open(worker)) < 0 || (error = open_file_start(worker)) < 0)
        return error;
    if ((error = watch_open(&worker->watches, &worker->slot->stale)) < 0)
        return error;
    if ((signal_fd = signals_open()) < 0)
        return signal_fd;
    if ((error = watch_descriptor(worker, &worker->signals, signal_fd, worker_on_signal)) < 0 ||
        (error = watch_others(worker)) < 0 || (error = open_file_watch(worker)) < 0)
        return error;
    return acceptor_open(worker);
}

/* Reads from each mapping: memory that can't be read ends this process now, not a response
 * later. */
static void
touch_objects(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct object *object = &catalogue->objects[i];
        const volatile char *bytes = object->ops->map ? object->ops->map(object) : NULL;

        if (bytes == NULL || object->length == 0)
            continue;
        (void)bytes[0];
        (void)bytes[object->length - 1];
    }
}

/* From now on the previous generation may drain. */
static void
worker_announce(const struct worker *worker)
{
    touch_objects(worker->shared->catalogue);
    __atomic_store_n(&worker->slot->ready, 1, __ATOMIC_SEQ_CST);
    eventfd_write(worker->inherit->ready_fd, 1);
    log_info("serving");
}

/* The Date field changes once a second; so does its text. */
static void
note_time(struct worker *worker)
{
    time_t second = time(NULL);

    activity_note_time(worker);
    worker->now = worker->now_ns / 1000000;
    if (second == worker->date_second)
        return;
    worker->date_second = second;
    access_log_note_time(worker);
    date_format(worker->date, second);
}

/* Milliseconds until something is due; -1: nothing is. */
static int
worker_next_wait(const struct worker *worker)
{
    int wait = -1;

    if (worker->turns.count > 0)
        return 0;
    for (size_t i = 0; i < CONNECTION_STATES; i++)
        wait = timers_wait(&worker->connections.timers[i], worker->now, wait);
    wait = admission_wait(worker, wait);
    if (worker->acceptor.again_at != 0 || worker->drain.until != 0)
        wait = wait < 0 || wait > 100 ? 100 : wait;
    return upkeep_wait(worker, access_log_wait(worker, wait));
}

/* Returns the number of events. The time that it waits for them is the worker's idle time. */
static int
worker_poll(struct worker *worker, struct epoll_event events[EVENTS])
{
    const int wait = worker_next_wait(worker);
    const uint64_t began = wait != 0 ? trace_now() : 0;
    const int count = watch_wait(&worker->watches, events, EVENTS, wait);

    note_time(worker);
    transmit_waited(&worker->sender.load, wait != 0 ? began : worker->now_ns, worker->now_ns);
    slot_set(&worker->slot->busy, worker->sender.load.busy);
    return count;
}

static void
worker_turn(struct worker *worker)
{
    struct epoll_event events[EVENTS];
    int count;

    __atomic_store_n(&worker->slot->turn_began, 0, __ATOMIC_RELAXED);
    count = worker_poll(worker, events);
    __atomic_store_n(&worker->slot->cpu, (uint32_t)sched_getcpu() + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&worker->slot->turn_began, worker->now, __ATOMIC_RELAXED);
    for (int i = 0; i < count; i++) {
        struct watch *watch = watch_find(&worker->watches, &events[i]);

        if (watch)
            watch->ready(worker, watch, events[i].events);
    }
    connection_expire(worker);
    admission_expire(worker);
    connection_take_turns(worker);
    acceptor_resume(worker);
    upkeep_run(worker);
    access_log_run(worker);
    if (worker->drain.until != 0)
        drain_run(worker);
}

static void
worker_release(struct worker *worker)
{
    close(worker->signals.fd);
    watch_close(&worker->watches);
    exchange_release(worker);
    inflight_release(worker);
    sender_release(worker);
    open_file_release(worker);
    acceptor_release(worker);
    free(worker);
}

int
worker_run(const struct inherit *inherit)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    int error;

    if (worker == NULL) {
        log_error("start: out of memory");
        return EXIT_FAILURE;
    }
    worker->inherit = inherit;
    worker->shared = inherit->shared;
    worker->server = &inherit->shared->config->server;
    worker->slot = slots_worker(&inherit->shared->slots, inherit->slot);
    sandbox_count_apart(&worker->slot->refused);
    activity_start(worker);
    note_time(worker);
    if ((error = worker_start(worker)) < 0 ||
        (error = sandbox_enter(worker->server->sandbox, SANDBOX_WORKER, NULL)) < 0) {
        log_error("start: %s", strerror(-error));
        _exit(EXIT_FAILURE); /* what there is of a worker goes with the process */
    }
    upkeep_publish(worker);
    worker_announce(worker);
    while (!worker->ended) {
        worker_turn(worker);
        sandbox_log(SANDBOX_WORKER);
    }
    log_tell_left_out();
    log_info("ended with %u connections open", worker->connections.count);
    heap_stop(); /* the profile shows what served, not what the end gave back */
    drain_note_cut(worker, connections_close_all(worker), "the worker ends");
    access_log_close(worker);
    if (reader_busy(worker->sender.reader))
        _exit(EXIT_SUCCESS);
    worker_release(worker);
    return EXIT_SUCCESS;
}
