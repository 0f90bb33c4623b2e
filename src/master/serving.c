/* SPDX-License-Identifier: BSD-2-Clause */
/* serving: see serving.h. */
#include "master/serving.h"

#include <string.h>

#include "base/clock.h"
#include "base/sink.h"
#include "build.h"
#include "master/detach.h"
#include "master/openers.h"
#include "master/supervise.h"
#include "stack/crash.h"

/* What is to happen when the master crashes. Not fatal. */
static void
serving_arm(const struct generation *generation)
{
    const struct tables *tables = &generation->instruments.tables;
    int error = crash_arm(tables_crash(tables, tables_master(tables)));

    if (error < 0)
        log_error("crash handler: %s", strerror(-error));
}

static void
schedule_record(struct master *master, uint64_t now)
{
    uint64_t every = master->newest->shared.config->profile.interval;

    master->record_at = every == 0 ? 0 : now + every;
}

void
serving_begin(struct master *master)
{
    struct generation *generation = master->newest;
    const uint64_t now = clock_now();

    serving_arm(generation);
    schedtrace_set(&master->schedtrace, &generation->shared.config->debug, generation,
                   &master->total, now);
    supervise_begin(generation, &master->resources, now);
    schedule_record(master, now);
    watching_follow(master);
}

/* Standard error belonged to the command that started the daemon. */
static void
leave_log(struct master *master)
{
    const struct config_log *log = &master->newest->shared.config->log;

    if (!master->options->detach || log->file || log->syslog)
        return;
    sink_use(-1);
    log_writer_hand_log(master);
}

void
serving_announce(struct master *master)
{
    const unsigned workers = master->newest->shared.config->server.workers;

    if (!master->takeover.upgraded)
        control_publish(master); /* before anyone hears that it is there */
    log_notice("tiffd %s started: %u worker%s", PACKAGE_VERSION, workers,
               workers == 1 ? "" : "s");
    takeover_announce(master);
    if (!master->takeover.upgraded)
        manager_ready(master);
    if (master->resources.detached >= 0)
        detach_ready(master->resources.detached);
    master->resources.detached = -1;
    leave_log(master);
}

void
serving_write_profiles(const struct master *master)
{
    for (struct generation *g = master->newest; g; g = g->older)
        profile_files_write(g->instruments.profile_files);
}

static void
record_periodically(struct master *master, uint64_t now)
{
    if (master->record_at == 0 || now < master->record_at)
        return;
    for (struct generation *g = master->newest; g; g = g->older)
        profile_files_write_unless_busy(g->instruments.profile_files);
    schedule_record(master, now);
}

void
serving_run(struct master *master, uint64_t now)
{
    for (struct generation *g = master->newest; g; g = g->older) {
        supervise_enforce(g, now);
        supervise_spawn(g, &master->resources, now);
        openers_run(g, &master->resources, now);
    }
    record_periodically(master, now);
    if (state_serving(master))
        schedtrace_run(&master->schedtrace, state_serving(master), &master->total, now,
                       sink_write_standard);
    sampling_run(master, now);
}

uint64_t
serving_next(const struct master *master)
{
    uint64_t next = clock_earlier(master->record_at, schedtrace_next(&master->schedtrace));

    next = clock_earlier(next, sampling_next(master));
    for (const struct generation *g = master->newest; g; g = g->older) {
        next = clock_earlier(next, supervise_next(g));
        next = clock_earlier(next, openers_next(g));
    }
    return next;
}
