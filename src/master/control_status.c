/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_status: a line about the daemon, its program, the last reload and a load that runs;
 * one for each override, listener, generation and worker. They hold counters, so two looks give
 * rates.
 */
#include "master/control_status.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proc.h"
#include "build.h"
#include "config/config.h"
#include "master/state.h"

#define NS 1000000000

static uint64_t
ms_of_ticks(unsigned long ticks)
{
    const long rate = sysconf(_SC_CLK_TCK);

    return rate > 0 ? (uint64_t)ticks * 1000 / (uint64_t)rate : 0;
}

static const char *
state_of(const struct master *master, const struct generation *generation)
{
    if (generation->starting)
        return "starting";
    if (master->stopping || generation->shared.roster->superseded)
        return "draining";
    return "serving";
}

static void
control_status_worker(const struct generation *generation, unsigned index, FILE *out)
{
    const struct slot *slot = slots_worker(&generation->shared.slots, index);
    const pid_t pid = roster_pid(generation->shared.roster, index);
    struct proc_stat stat = { 0 };

    if (pid > 0)
        (void)!proc_stat(pid, &stat);
    fprintf(out,
            "worker=%u generation=%u pid=%d connections=%" PRIu64 " accepted=%" PRIu64
            " requests=%" PRIu64 " bytes=%" PRIu64 " cpu_ms=%" PRIu64 " user_ms=%" PRIu64
            " system_ms=%" PRIu64 " restarts=%" PRIu64 "\n",
            index, generation->shared.generation, (int)pid, slot_read(&slot->connections),
            slot_read(&slot->accepted), slot_read(&slot->served.requests),
            slot_read(&slot->served.bytes), ms_of_ticks(stat.ticks),
            ms_of_ticks(stat.user_ticks), ms_of_ticks(stat.system_ticks),
            roster_entry_restarts(generation->shared.roster, index));
}

static void
control_status_generation(const struct master *master, const struct generation *generation,
                          FILE *out)
{
    const struct config *config = generation->shared.config;

    fprintf(out, "generation=%u state=%s workers=%u variant=%s objects=%zu\n",
            generation->shared.generation, state_of(master, generation), config->server.workers,
            config_variant_name(config->server.variant), generation->catalogue->count);
    for (unsigned i = 0; i < config->server.workers; i++)
        control_status_worker(generation, i, out);
}

static void
control_status_reload(const struct roster *roster, FILE *out)
{
    const struct roster_reload *reload = &roster->reload;

    fprintf(out, "reload=%s at=%" PRIu64 " reason=%s\n", reload->failed ? "failed" : "ok",
            reload->at / NS, reload->reason);
}

static void
control_status_load(const struct load_progress *progress, FILE *out)
{
    if (progress->loading)
        fprintf(out,
                "loading=1 elapsed_ms=%" PRIu64 " bytes=%" PRIu64 " expected=%" PRIu64 "\n",
                clock_now() - progress->began, progress->bytes, progress->expected);
}

static void
control_status_listeners(const struct listeners *listeners, const char *section, FILE *out)
{
    for (size_t i = 0; i < listeners->count; i++)
        fprintf(out, "listener=%s address=%s\n", section, listeners->names[i]);
}

/* What an upgrade would start, and with what a reload reads the configuration. */
static void
control_status_program(const struct master *master, FILE *out)
{
    fprintf(out, "program=%s\n", master->program ? master->program : "");
    for (size_t i = 0; i < master->options->override_count; i++)
        fprintf(out, "override=%s\n", master->options->overrides[i].text);
}

void
control_status_print(const struct master *master, FILE *out)
{
    const struct roster *roster = master->newest->shared.roster;

    fprintf(out,
            "version=%s pid=%d started=%" PRIu64 " clock_ms=%" PRIu64 " requests=%" PRIu64
            " bytes=%" PRIu64 " config=%s\n",
            PACKAGE_VERSION, (int)getpid(), roster->started / NS, clock_now(),
            master->total.served.requests, master->total.served.bytes, master->options->file);
    control_status_reload(roster, out);
    control_status_program(master, out);
    control_status_load(master->resources.progress, out);
    control_status_listeners(&master->listeners, "server", out);
    control_status_listeners(&master->observed, "debug", out);
    for (const struct generation *g = master->newest; g; g = g->older)
        control_status_generation(master, g, out);
}
