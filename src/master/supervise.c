/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise: fork without exec, so that the mappings of all workers are the same and their
 * profiles can be merged address by address. The price: a respawned worker has the address
 * layout of the one that died. A worker has drain_timeout to drain and notices itself when it
 * is over; the master allows a grace on top before it kills.
 */
#include "master/supervise.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "base/sink.h"
#include "master/respawn.h"

#define KILL_GRACE 1000 /* milliseconds after what processes were told */
#define FORK_RETRY 1000 /* milliseconds */

/* --- slots -------------------------------------------------------------------------------- */

static unsigned
workers_of(const struct generation *generation)
{
    return generation->shared.config->server.workers;
}

/* The observer's slot is the last. */
static unsigned
supervise_process_count(const struct generation *generation)
{
    return workers_of(generation) + 1;
}

static bool
is_worker(const struct generation *generation, unsigned index)
{
    return index < workers_of(generation);
}

static struct roster_entry *
roster_entry_of(const struct generation *generation, unsigned index)
{
    struct roster *roster = generation->shared.roster;

    return is_worker(generation, index) ? &roster->entries[index] : &roster->observer;
}

/* "worker 3", for the log. */
static const char *
name_of(const struct generation *generation, unsigned index, char name[static 32])
{
    if (is_worker(generation, index))
        snprintf(name, 32, "worker %u", index);
    else
        snprintf(name, 32, "observer");
    return name;
}

/* --- starting ----------------------------------------------------------------------------- */

static void
register_process(struct generation *generation, unsigned index, pid_t pid)
{
    struct roster_entry *entry = roster_entry_of(generation, index);

    entry->spawned++;
    entry->since = clock_wall();
    __atomic_store_n(&entry->pid, pid, __ATOMIC_RELAXED);
    if (!is_worker(generation, index))
        return;
    slots_worker(&generation->shared.slots, index)->pid = pid;
    profile_files_spawned(generation->instruments.profile_files, index, pid);
}

static void
supervise_prepare(struct generation *generation, unsigned index)
{
    struct slot *slot;

    if (!is_worker(generation, index))
        return;
    slot = slots_worker(&generation->shared.slots, index);
    slot->started = slot->served.requests;
    slot->ready = 0;
    profile_files_prepare(generation->instruments.profile_files, index);
}

static void process_ended(struct child *child, pid_t pid, const struct child_end *end);

static pid_t
fork_into(struct generation *generation, const struct spawn_resources *resources,
          unsigned index)
{
    struct process *process = &generation->processes[index];
    int channel;
    pid_t pid;
    int error = process_open(process, &channel);

    if (error < 0)
        return error;
    process->child.owner = generation;
    if ((pid = child_fork(&process->child, process_ended)) == 0 && is_worker(generation, index))
        spawn_worker(generation, resources, index, channel);
    if (pid == 0)
        spawn_observer(generation, resources, channel);
    close(channel);
    if (pid < 0)
        process_close(process);
    return pid;
}

/* The worker waits for CHANNEL_BEGIN, because it blocks access to its /proc files next. An
 * observer that runs already learns the new process id. */
static void
announce(const struct generation *generation, unsigned index, pid_t pid)
{
    const struct process *observer = &generation->processes[workers_of(generation)];
    const struct channel_message begin = { .kind = CHANNEL_BEGIN };
    struct channel_message message = { .kind = CHANNEL_WORKER,
                                       .generation = generation->shared.generation,
                                       .worker = index,
                                       .pid = pid };

    proc_memory_open(&generation->memory[index], pid);
    process_send(&generation->processes[index], &begin, -1);
    process_send(observer, &message, -1);
    message.kind = CHANNEL_MEMORY;
    for (message.file = 0; message.file < PROC_MEMORY_FILES; message.file++)
        if (generation->memory[index].fds[message.file] > 0)
            process_send(observer, &message, generation->memory[index].fds[message.file]);
}

static bool
spawn(struct generation *generation, const struct spawn_resources *resources, unsigned index)
{
    struct process *process = &generation->processes[index];
    char name[32];
    pid_t pid;

    supervise_prepare(generation, index);
    if ((pid = fork_into(generation, resources, index)) < 0) {
        if (is_worker(generation, index))
            slots_worker(&generation->shared.slots, index)->pid = 0;
        log_error("fork: %s", strerror(-pid));
        return false;
    }
    register_process(generation, index, pid);
    process->spawn_at = 0;
    process->since = clock_now();
    generation->alive++;
    if (is_worker(generation, index))
        announce(generation, index, pid);
    log_info("%s has process %d", name_of(generation, index, name), (int)pid);
    return true;
}

static void
note_failure(struct generation *generation, const char *name, const char *reason)
{
    if (generation->failure[0] == '\0')
        snprintf(generation->failure, sizeof(generation->failure), "%s %s", name, reason);
}

void
supervise_start(struct generation *generation, const struct spawn_resources *resources)
{
    char name[32];

    generation->starting = true;
    for (unsigned i = 0; i < workers_of(generation); i++)
        slots_worker(&generation->shared.slots, i)->pid = SLOT_STARTING;
    for (unsigned i = 0; i < workers_of(generation) && generation->failure[0] == '\0'; i++)
        if (!spawn(generation, resources, i))
            note_failure(generation, name_of(generation, i, name), "can't be forked");
}

void
supervise_fail(struct generation *generation, const char *reason)
{
    generation->starting = true;
    snprintf(generation->failure, sizeof(generation->failure), "%s", reason);
}

bool
supervise_ready(const struct generation *generation)
{
    for (unsigned i = 0; i < workers_of(generation); i++)
        if (__atomic_load_n(&slots_worker(&generation->shared.slots, i)->ready,
                            __ATOMIC_SEQ_CST) == 0)
            return false;
    return generation->failure[0] == '\0';
}

void
supervise_begin(struct generation *generation, const struct spawn_resources *resources,
                uint64_t now)
{
    generation->starting = false;
    generation->processes[workers_of(generation)].spawn_at = now;
    supervise_spawn(generation, resources, now);
}

void
supervise_spawn(struct generation *generation, const struct spawn_resources *resources,
                uint64_t now)
{
    for (unsigned i = 0; i < supervise_process_count(generation); i++) {
        struct process *process = &generation->processes[i];

        if (process->spawn_at != 0 && process->spawn_at <= now &&
            !spawn(generation, resources, i))
            process->spawn_at = now + FORK_RETRY;
    }
}

/* --- ending ------------------------------------------------------------------------------- */

static void
log_end(const char *name, pid_t pid, int status)
{
    if (WIFSIGNALED(status))
        log_error("%s: process %d was ended by signal %d (%s)%s", name, (int)pid,
                  WTERMSIG(status), strsignal(WTERMSIG(status)),
                  WCOREDUMP(status) ? ", core dumped" : "");
    else if (WEXITSTATUS(status) != 0)
        log_error("%s: process %d ended with status %d", name, (int)pid, WEXITSTATUS(status));
    else
        log_info("%s: process %d ended", name, (int)pid);
}

/* Has the process that just ended served a request? */
static bool
has_served(const struct generation *generation, unsigned index)
{
    const struct slot *slot;

    if (!is_worker(generation, index))
        return false;
    slot = slots_worker(&generation->shared.slots, index);
    return slot_read(&slot->served.requests) > slot->started;
}

/* Without an observer the daemon still serves: it is never a reason to give up. */
static void
supervise_replace(struct generation *generation, unsigned index)
{
    struct process *process = &generation->processes[index];
    char name[32];
    const uint64_t now = clock_now();
    uint64_t delay;

    process->failures = respawn_failures(process->failures, has_served(generation, index),
                                         now - process->since);
    if (is_worker(generation, index) && respawn_is_crash_loop(process->failures)) {
        generation->crash_loop = true;
        return;
    }
    delay = respawn_delay(process->failures);
    process->spawn_at = now + delay;
    log_notice("%s: replaced in %llu ms", name_of(generation, index, name),
               (unsigned long long)delay);
}

/* What its buffer held. */
static void
count_lost_lines(const struct generation *generation, unsigned index)
{
    struct slot *slot = slots_worker(&generation->shared.slots, index);
    const uint64_t lines = slot_read(&slot->access_buffered);

    if (lines == 0)
        return;
    log_warning("worker %u: lost with it: %llu line%s of the access log", index,
                (unsigned long long)lines, lines == 1 ? "" : "s");
    slot_add(&slot->access_lost, lines);
    slot_set(&slot->access_buffered, 0);
}

/* Clears what only a living process has. */
static void
unregister_process(struct generation *generation, unsigned index, const struct rusage *usage)
{
    struct roster_entry *entry = roster_entry_of(generation, index);
    struct slot *slot;

    /* In this order, see totals.c. */
    __atomic_fetch_add(&entry->retired_user_ns, clock_of_timeval(&usage->ru_utime),
                       __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&entry->retired_system_ns, clock_of_timeval(&usage->ru_stime),
                       __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&entry->retired_ns, clock_of_usage(usage), __ATOMIC_SEQ_CST);
    __atomic_store_n(&entry->pid, 0, __ATOMIC_SEQ_CST);
    generation->alive--;
    if (!is_worker(generation, index))
        return;
    proc_memory_close(&generation->memory[index]);
    count_lost_lines(generation, index);
    slot = slots_worker(&generation->shared.slots, index);
    slot->pid = 0;
    slot->connections = 0;
    slot->turn_began = 0;
    slot->sharing = 0;
    slot->closed = 0;
    slot->cpu = 0;
    profile_files_ended(generation->instruments.profile_files, index, usage);
}

/* What the process left behind is saved before another one takes its place. */
static void
process_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct generation *generation = child->owner;
    const unsigned index = (unsigned)((struct process *)child - generation->processes);
    char name[32];

    log_end(name_of(generation, index, name), pid, end->status);
    if (WIFSIGNALED(end->status))
        postmortem_begin(&generation->postmortem, &generation->instruments, index, pid, name);
    unregister_process(generation, index, &end->usage);
    process_close(&generation->processes[index]);
    if (generation->starting)
        note_failure(generation, name, "ended before it served");
    else if (generation->kill_at == 0)
        supervise_replace(generation, index);
}

static void
signal_process(const struct process *process, int signal)
{
    if (process->child.pid != 0)
        kill(process->child.pid, signal);
}

void
supervise_signal(const struct generation *generation, int signal)
{
    for (unsigned i = 0; i < supervise_process_count(generation); i++)
        signal_process(&generation->processes[i], signal);
}

void
supervise_hand_log(const struct generation *generation)
{
    const bool file = sink_has_file();
    const struct channel_message message = { .kind = file ? CHANNEL_LOG : CHANNEL_STDERR };

    for (unsigned i = 0; i < supervise_process_count(generation); i++)
        process_send(&generation->processes[i], &message, file ? sink_descriptor() : -1);
}

void
supervise_hand_access_log(const struct generation *generation)
{
    const struct channel_message message = { .kind = CHANNEL_ACCESS_LOG };

    for (unsigned i = 0; i < workers_of(generation); i++)
        process_send(&generation->processes[i], &message, generation->access_log.outlet.fd);
}

void
supervise_drain_observer(const struct generation *generation)
{
    signal_process(&generation->processes[workers_of(generation)], SIGQUIT);
}

/* Milliseconds of clock.h; SLOT_NO_LIMIT: none. A reload never shortens an end. */
static uint64_t
drain_limit(const struct generation *generation, uint64_t now, bool last)
{
    const struct config_server *server = &generation->shared.config->server;

    if (last)
        return now + server->drain_timeout;
    return server->reload_timeout > 0 ? now + server->reload_timeout : SLOT_NO_LIMIT;
}

static void
tell_workers(const struct generation *generation, uint64_t until, bool last)
{
    for (unsigned i = 0; i < workers_of(generation); i++) {
        struct slot *slot = slots_worker(&generation->shared.slots, i);

        __atomic_store_n(&slot->drain_until, until, __ATOMIC_RELAXED);
        __atomic_store_n(&slot->ending, last, __ATOMIC_RELAXED);
    }
}

void
supervise_drain(struct generation *generation, uint64_t now, bool ending, bool last)
{
    const bool draining = generation->kill_at != 0;
    const uint64_t until = drain_limit(generation, now, ending);

    if (draining && until >= generation->kill_at - KILL_GRACE)
        return;
    generation->starting = false;
    generation->kill_at = until == SLOT_NO_LIMIT ? SLOT_NO_LIMIT : until + KILL_GRACE;
    tell_workers(generation, until, last);
    for (unsigned i = 0; i < supervise_process_count(generation); i++)
        generation->processes[i].spawn_at = 0;
    if (!draining)
        supervise_signal(generation, SIGQUIT);
}

void
supervise_end(struct generation *generation, uint64_t now)
{
    const uint64_t kill_at = now + KILL_GRACE;

    supervise_drain(generation, now, true, false);
    if (generation->kill_at > kill_at)
        generation->kill_at = kill_at;
    supervise_signal(generation, SIGINT);
}

void
supervise_enforce(struct generation *generation, uint64_t now)
{
    if (generation->kill_at == 0 || generation->alive == 0 || now < generation->kill_at)
        return;
    log_warning("%u process%s did not end in time: killed", generation->alive,
                generation->alive == 1 ? "" : "es");
    supervise_signal(generation, SIGKILL);
    generation->kill_at = now + KILL_GRACE;
}

uint64_t
supervise_next(const struct generation *generation)
{
    uint64_t next = generation->alive > 0 ? generation->kill_at : 0;

    for (unsigned i = 0; i < supervise_process_count(generation); i++) {
        uint64_t at = generation->processes[i].spawn_at;

        if (at != 0 && (next == 0 || at < next))
            next = at;
    }
    return next;
}
