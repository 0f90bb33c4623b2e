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
#include "master/cutover.h"
#include "master/gap.h"
#include "master/openers.h"
#include "master/reload.h"
#include "master/serving.h"
#include "master/shutdown.h"
#include "master/supervise.h"

#define PATIENCE 60000 /* milliseconds for all workers to begin to serve */

static int
backlog_of(const struct master *master)
{
    return (int)master->newest->shared.config->server.backlog;
}

void
startup_begin(struct master *master, struct generation *generation, const bool *changed)
{
    struct generation *previous = master->newest;

    generation->older = previous;
    generation->starting = true;
    master->newest = generation;
    log_writer_take_access(master, generation);
    loading_begin(&master->loading, generation, previous, changed, &master->resources);
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
    cutover_apply(generation, resources.listeners);
    if (openers_create(generation) < 0)
        supervise_fail(generation, "sockets for openers can't be created");
    else if (listeners_listen(&master->planned, &master->listeners, backlog_of(master)) == 0 &&
             listeners_listen(&master->planned_debug, &master->observed, backlog_of(master)) ==
                 0)
        supervise_start(generation, &resources);
    else
        supervise_fail(generation, "can't listen on an address");
}

/* --- its end ------------------------------------------------------------------------------ */

static void
startup_succeeds(struct master *master)
{
    cutover_commit(master);
    if (master->newest->older) {
        if (!gap_found(master))
            reload_over(master, NULL);
    } else {
        roster_tell_reload(master->newest->shared.roster, NULL);
        serving_announce(master);
    }
}

static void
startup_fails(struct master *master, const char *reason)
{
    if (master->newest->older) {
        cutover_roll_back(master);
        reload_fail(master, reason);
        return;
    }
    log_error("start failed: %s", reason);
    master->failed = true;
    shutdown_begin(master, SIGINT);
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
    cutover_roll_back(master);
}

int
startup_descriptor(const struct master *master)
{
    if (!master->newest->starting)
        return -1;
    return master->loading.generation ? master->loading.socket : master->newest->ready_fd;
}

/* A load has no time limit, since a disk may be slow. A startup that has failed already, as
 * when a worker can't be forked, is due at once. */
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
