/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orphan: the observer has a copy of the master's memory at the fork, and is told what has
 * changed since. Known weakness: what a worker does while it drains after the master's death is
 * in no profile.
 */
#include "master/orphan.h"

#include <unistd.h>

#include "base/channel.h"
#include "base/log.h"
#include "format/crash_report.h"
#include "master/generation.h"
#include "stack/crash.h"

#define STEP_US 5000 /* between two looks for children that have ended */

static struct generation *
find_generation(struct generation *newest, unsigned number)
{
    while (newest && newest->shared.generation != number)
        newest = newest->older;
    return newest;
}

static void
note_process(const struct generation *generation, const struct channel_message *message)
{
    proc_memory_close(&generation->memory[message->worker]);
    profile_files_prepare(generation->instruments.profile_files, message->worker);
    profile_files_spawned(generation->instruments.profile_files, message->worker, message->pid);
}

/* Releases the memory of generations that no longer serve, which this process would otherwise
 * keep alive. */
static void
note_end(const struct generation *generation, const struct generation *newest)
{
    if (generation && generation != newest)
        catalogue_let_go(generation->shared.catalogue);
}

void
orphan_on_message(void *argument, const struct channel_message *message, int descriptor)
{
    const struct generation *generation = find_generation(argument, message->generation);
    const bool known =
        generation && message->worker < generation->shared.config->server.workers;

    if (message->kind == CHANNEL_ENDED)
        note_end(generation, argument);
    if (known && message->kind == CHANNEL_WORKER)
        note_process(generation, message);
    if (known && message->kind == CHANNEL_MEMORY && message->file < PROC_MEMORY_FILES)
        proc_memory_adopt(&generation->memory[message->worker], message->file, descriptor);
    else if (descriptor >= 0)
        close(descriptor);
}

static void
report_master(const struct generation *generation)
{
    const struct tables *tables = &generation->instruments.tables;
    struct crash_record *shared = tables_crash(tables, tables_master(tables));
    struct crash_record record;

    if (crash_take(shared, generation->shared.roster->master, &record) && crash_claim(shared) &&
        crash_report_fork(&record, "master", NULL, &generation->confinement) < 0)
        log_error("the master has crashed, and its stack can't be logged");
}

/* The master had begun to write the files of workers that had ended: they stay its own. */
static void
write_orphaned(const struct generation *generation)
{
    struct profile_files *files = generation->instruments.profile_files;

    profile_files_adopt(files, generation->shared.roster);
    profile_files_write(files);
}

void
orphan_run(void *argument)
{
    const struct generation *newest = argument;

    report_master(newest);
    for (const struct generation *g = newest; g; g = g->older)
        write_orphaned(g);
    while (child_count() > 0) {
        usleep(STEP_US);
        child_reap();
    }
}
