/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * startup: first the objects are loaded, then the workers are started. If that fails for the
 * first generation, the daemon does not start.
 */
#include "master/startup.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "master/boot.h"
#include "master/core_limit.h"
#include "master/files.h"
#include "master/gap.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/shutdown.h"
#include "master/supervise.h"
#include "stack/registers.h"

#define PATIENCE 60000 /* milliseconds for all workers to begin to serve */

static int
backlog_of(const struct master *master)
{
    return (int)master->newest->shared.config->server.backlog;
}

/* Of processes to come. Not fatal. */
static void
prepare_for_crashes(const struct generation *generation)
{
    const struct config_debug *debug = &generation->shared.config->debug;
    const int error = core_limit_set(debug->core);

    registers_keep(debug->registers == REGISTERS_ON);
    if (error < 0)
        log_error("core: %s", strerror(-error));
}

void
startup_begin(struct master *master, struct generation *generation)
{
    struct generation *previous = master->newest;

    generation->older = previous;
    generation->starting = true;
    master->newest = generation;
    loading_begin(&master->loading, generation, previous, &master->resources);
}

/* Its objects are there: the second half. */
static void
start_workers(struct master *master)
{
    struct generation *generation = master->newest;
    struct spawn_resources resources = master->resources;

    if (!master->planned.inherited)
        resources.listeners = &master->planned;
    if (!master->planned_debug.inherited)
        resources.observed = &master->planned_debug;
    master->startup_deadline = clock_now() + PATIENCE;
    if (generation->older == NULL)
        boot_leave_terminal(master->options->detach);
    prepare_for_crashes(generation);
    listeners_set_rcvbuf(resources.listeners, generation->shared.config->server.rcvbuf);
    if (listeners_listen(&master->planned, &master->listeners, backlog_of(master)) == 0 &&
        listeners_listen(&master->planned_debug, &master->observed, backlog_of(master)) == 0)
        supervise_start(generation, &resources);
    else
        supervise_fail(generation, "can't listen on an address");
}

/* --- its end ------------------------------------------------------------------------------ */

static void
commit_planned(struct master *master)
{
    listeners_commit(&master->planned, &master->listeners, backlog_of(master));
    listeners_commit(&master->planned_debug, &master->observed, backlog_of(master));
    master->planned = master->planned_debug = (struct listeners){ 0 };
    files_commit(master);
}

static void
abandon_planned(struct master *master)
{
    listeners_abandon(&master->planned, &master->listeners);
    listeners_abandon(&master->planned_debug, &master->observed);
    files_abandon(master);
}

/* The newest serves, and what there was before drains. */
static void
replace_older(struct master *master)
{
    struct generation *newest = master->newest;
    struct generation *older = newest->older;

    generation_inherit(newest, older);
    log_set_level(newest->shared.config->log.level);
    profile_files_replaced(older->instruments.profile_files);
    profile_files_write(older->instruments.profile_files);
    __atomic_store_n(&older->shared.roster->superseded, 1, __ATOMIC_SEQ_CST);
    serving_begin(master);
    supervise_drain_observer(older);
    supervise_drain(older, clock_now(), false, false);
    log_notice("generation %u serves", newest->shared.generation);
}

static void
startup_succeeds(struct master *master)
{
    commit_planned(master);
    if (master->newest->older) {
        replace_older(master);
        if (!gap_found(master))
            reload_over(master, NULL);
    } else {
        roster_tell_reload(master->newest->shared.roster, NULL);
        serving_begin(master);
        serving_announce(master);
    }
}

/* The failed generation goes behind the one that continues, as if it had been replaced. */
static void
roll_back(struct master *master)
{
    struct generation *failed = master->newest;

    abandon_planned(master);
    master->newest = failed->older;
    prepare_for_crashes(master->newest);
    listeners_set_rcvbuf(&master->listeners, master->newest->shared.config->server.rcvbuf);
    failed->older = master->newest->older;
    master->newest->older = failed;
    profile_files_replaced(failed->instruments.profile_files);
    supervise_end(failed, clock_now());
}

static void
startup_fails(struct master *master, const char *reason)
{
    struct generation *failed = master->newest;

    if (failed->older == NULL) {
        log_error("start failed: %s", reason);
        master->failed = true;
        shutdown_begin(master, SIGINT);
        return;
    }
    roll_back(master);
    log_error("reload failed: generation %u goes on: %s", master->newest->shared.generation,
              reason);
    reload_over(master, reason);
}

/* The first half: do its objects come? */
static void
run_loading(struct master *master)
{
    char reason[GENERATION_REASON_SIZE];

    if (!loading_over(&master->loading, reason))
        return;
    loading_end(&master->loading, &master->resources);
    if (reason[0] == '\0')
        start_workers(master);
    else
        startup_fails(master, reason);
}

static void
run_workers(struct master *master, uint64_t now)
{
    struct generation *newest = master->newest;
    eventfd_t times;

    (void)eventfd_read(newest->ready_fd, &times);
    if (supervise_ready(newest))
        startup_succeeds(master);
    else if (newest->failure[0] != '\0')
        startup_fails(master, newest->failure);
    else if (now >= master->startup_deadline)
        startup_fails(master, "not all workers have begun to serve in time");
}

void
startup_run(struct master *master, uint64_t now)
{
    if (master->newest->starting && master->loading.generation)
        run_loading(master);
    if (master->newest->starting && master->loading.generation == NULL)
        run_workers(master, now);
}

void
startup_cancel(struct master *master)
{
    if (!master->newest->starting)
        return;
    loading_end(&master->loading, &master->resources);
    if (master->newest->older)
        roll_back(master);
    else
        abandon_planned(master);
}

int
startup_descriptor(const struct master *master)
{
    if (!master->newest->starting)
        return -1;
    return master->loading.generation ? master->loading.socket : master->newest->ready_fd;
}

/* A load has no end in time, since a disk may be slow. One that has failed already, as when
 * a worker could not be forked, is due at once. */
uint64_t
startup_next(const struct master *master)
{
    const struct generation *newest = master->newest;

    if (!newest->starting)
        return 0;
    if (master->loading.generation)
        return loading_next(&master->loading);
    return newest->failure[0] != '\0' ? 1 : master->startup_deadline;
}
