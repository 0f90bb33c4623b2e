/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise: fork without exec, so that the mappings of all workers are the same and their
 * profiles can be merged address by address. The price: a respawned worker has the address
 * layout of the one that died. A worker has drain_timeout to drain and notices itself when it
 * is over; the master allows a grace on top before it kills.
 */
#include "master/supervise.h"

#include <bsd/libutil.h>
#include <bsd/unistd.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "master/respawn.h"
#include "worker/worker.h"

#define KILL_GRACE 1000 /* milliseconds after drain_timeout */
#define FORK_RETRY 1000 /* milliseconds */

static _Noreturn void
be_worker(const struct generation *generation, const struct supervise_lends *lends,
          unsigned slot)
{
    const struct inherit inherit = {
        .config = generation->config,
        .catalogue = generation->catalogue,
        .slots = &generation->slots,
        .listen_fds = lends->listeners->fds,
        .listen_count = lends->listeners->count,
        .slot = slot,
        .generation = generation->number,
        .doorbells = generation->doorbells,
        .master_pipe = lends->pipe[0],
        .user = generation->user,
        .group = generation->group,
    };
    char name[32];

    close(lends->signal_fd);
    if (lends->detached >= 0)
        close(lends->detached);
    close(lends->pipe[1]);
    if (lends->pid_file)
        pidfile_close(lends->pid_file);
    snprintf(name, sizeof(name), "worker %u", slot);
    log_set_process(name);
    setproctitle("%s (%s)", name, config_variant_name(generation->config->server.variant));
    exit(worker_run(&inherit));
}

static bool
spawn(struct generation *generation, const struct supervise_lends *lends, unsigned index)
{
    struct place *place = &generation->places[index];
    struct slot *slot = slots_worker(&generation->slots, index);
    pid_t pid;

    slot->started = slot->served.requests;
    if ((pid = fork()) == 0)
        be_worker(generation, lends, index);
    if (pid < 0) {
        slot->pid = 0;
        log_error("fork: %s", strerror(errno));
        return false;
    }
    slot->pid = pid;
    place->pid = pid;
    place->spawn_at = 0;
    generation->alive++;
    log_info("worker %u has process %d", index, (int)pid);
    return true;
}

void
supervise_begin(struct generation *generation, uint64_t now)
{
    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        generation->places[i].spawn_at = now;
        slots_worker(&generation->slots, i)->pid = SLOT_STARTING;
    }
}

bool
supervise_spawn(struct generation *generation, const struct supervise_lends *lends,
                uint64_t now)
{
    bool complete = true;

    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        struct place *place = &generation->places[i];

        if (place->spawn_at == 0 || place->spawn_at > now || spawn(generation, lends, i))
            continue;
        place->spawn_at = now + FORK_RETRY;
        complete = false;
    }
    return complete;
}

static void
log_end(unsigned index, pid_t pid, int status)
{
    if (WIFSIGNALED(status))
        log_error("worker %u: process %d was ended by signal %d (%s)%s", index, (int)pid,
                  WTERMSIG(status), strsignal(WTERMSIG(status)),
                  WCOREDUMP(status) ? ", core dumped" : "");
    else if (WEXITSTATUS(status) != 0)
        log_error("worker %u: process %d ended with status %d", index, (int)pid,
                  WEXITSTATUS(status));
    else
        log_info("worker %u: process %d ended", index, (int)pid);
}

static void
replace(struct generation *generation, unsigned index, uint64_t now, bool *hopeless)
{
    struct place *place = &generation->places[index];
    const struct slot *slot = slots_worker(&generation->slots, index);
    uint64_t delay;

    place->failures =
        respawn_failures(place->failures, slot_read(&slot->served.requests) > slot->started);
    *hopeless = respawn_hopeless(place->failures);
    if (*hopeless)
        return;
    delay = respawn_delay(place->failures);
    place->spawn_at = now + delay;
    log_notice("worker %u: replaced in %llu ms", index, (unsigned long long)delay);
}

/* What only a living process can have. */
static void
vacate(struct slot *slot)
{
    slot->pid = 0;
    slot->connections = 0;
    slot->turn_began = 0;
    slot->sharing = 0;
}

bool
supervise_reap(struct generation *generation, pid_t pid, int status, uint64_t now,
               bool *hopeless)
{
    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        struct place *place = &generation->places[i];

        if (place->pid != pid)
            continue;
        log_end(i, pid, status);
        place->pid = 0;
        vacate(slots_worker(&generation->slots, i));
        generation->alive--;
        if (generation->kill_at == 0)
            replace(generation, i, now, hopeless);
        return true;
    }
    return false;
}

void
supervise_signal(const struct generation *generation, int signal)
{
    for (unsigned i = 0; i < generation->config->server.workers; i++)
        if (generation->places[i].pid != 0)
            kill(generation->places[i].pid, signal);
}

void
supervise_drain(struct generation *generation, uint64_t now, bool last)
{
    if (generation->kill_at != 0)
        return;
    generation->kill_at = now + generation->config->server.drain_timeout + KILL_GRACE;
    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        generation->places[i].spawn_at = 0;
        __atomic_store_n(&slots_worker(&generation->slots, i)->ending, last, __ATOMIC_RELAXED);
    }
    supervise_signal(generation, SIGQUIT);
}

void
supervise_enforce(struct generation *generation, uint64_t now)
{
    if (generation->kill_at == 0 || generation->alive == 0 || now < generation->kill_at)
        return;
    log_warning("%u workers did not drain in time: killed", generation->alive);
    supervise_signal(generation, SIGKILL);
    generation->kill_at = now + KILL_GRACE;
}

uint64_t
supervise_next(const struct generation *generation)
{
    uint64_t next = generation->alive > 0 ? generation->kill_at : 0;

    for (unsigned i = 0; i < generation->config->server.workers; i++) {
        uint64_t at = generation->places[i].spawn_at;

        if (at != 0 && (next == 0 || at < next))
            next = at;
    }
    return next;
}
