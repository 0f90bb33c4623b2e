/* SPDX-License-Identifier: BSD-2-Clause */
/* reload: see reload.h. The order matters: what can fail comes before what others notice. */
#include "master/reload.h"

#include <string.h>

#include "base/clock.h"
#include "config/restart.h"
#include "master/boot.h"
#include "master/serving.h"
#include "master/supervise.h"

#define GENERATIONS_MAX 3 /* the one that serves and two that drain */

static void
log_report(const struct report *report)
{
    char *line = report->text;

    while (line && *line != '\0') {
        char *end = strchr(line, '\n');

        log_error("reload: %.*s", (int)(end - line), line);
        line = end + 1;
    }
}

/* Old generations beyond the limit end at once: without one they pile up under slow clients. */
static void
retire_surplus(const struct master *master)
{
    unsigned count = 0;

    for (struct generation *g = master->newest; g; g = g->older)
        if (++count > GENERATIONS_MAX)
            supervise_end(g, clock_now());
}

int
reload_listeners(struct master *master, const struct config *config)
{
    const int backlog = (int)config->server.backlog;
    struct listeners server;
    struct listeners debug;
    int error = listeners_plan(&server, &master->listeners, &config->server.listen, backlog);

    if (error < 0)
        return error;
    error = listeners_plan(&debug, &master->observed, &config->debug.listen, backlog);
    if (error < 0) {
        listeners_abandon(&server, &master->listeners);
        return error;
    }
    listeners_commit(&server, &master->listeners, backlog);
    listeners_commit(&debug, &master->observed, backlog);
    return 0;
}

static void
adopt(struct master *master, struct generation *generation)
{
    char names[256];

    log_set_level(generation->config->log.level);
    if (restart_needed(master->newest->config, generation->config, names, sizeof(names)) > 0)
        log_notice("reload: changed, but a restart is needed for: %s", names);
    generation->older = master->newest;
    master->newest = generation;
    profile_files_replaced(generation->older->instruments.profile_files);
    profile_files_write(generation->older->instruments.profile_files);
    supervise_relieve_observer(generation->older);
    serving_begin(master);
    supervise_drain(generation->older, clock_now(), false);
    retire_surplus(master);
}

void
reload_run(struct master *master)
{
    const struct master_options *options = master->options;
    struct report report = { 0 };
    struct config *config;
    struct generation *generation = NULL;

    log_notice("reloading %s", options->file);
    config = generation_configure(options->file, options->overrides, options->override_count,
                                  &report);
    if (config) {
        boot_raise_descriptor_limit(config, master->newest);
        generation = generation_create(config, master->newest);
    }
    if (generation && reload_listeners(master, generation->config) < 0) {
        generation_destroy(generation, NULL, &master->total);
        generation = NULL;
    }
    log_report(&report);
    report_free(&report);
    if (generation == NULL) {
        log_error("reload failed: generation %u goes on", master->newest->number);
        return;
    }
    adopt(master, generation);
    log_notice("generation %u serves", generation->number);
}
