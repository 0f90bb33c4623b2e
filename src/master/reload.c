/* SPDX-License-Identifier: BSD-2-Clause */
/* reload: see reload.h. The order matters: what can fail comes before what others notice. */
#include "master/reload.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "master/boot.h"
#include "master/cutover.h"
#include "master/gap.h"
#include "master/startup.h"

#define DRAINING_MAX 8 /* generations, before a reload waits for one of them */

void
reload_over(struct master *master, const char *reason)
{
    if (reason)
        gap_stays(master);
    roster_tell_reload(master->newest->shared.roster, reason);
    manager_ready(master);
    control_reload_over(master, reason);
    if (reason == NULL)
        control_follow(master);
}

/* The loader, which reads bytes of files, may have written anything there. */
static void
take_cause(char cause[static ROSTER_REASON_SIZE], const struct load_progress *progress)
{
    memcpy(cause, progress->problem, ROSTER_REASON_SIZE);
    cause[ROSTER_REASON_SIZE - 1] = '\0';
    for (char *at = cause; *at; at++)
        if (*at < 0x20 || *at > 0x7e)
            *at = '?';
}

void
reload_fail(struct master *master, const char *reason)
{
    char cause[ROSTER_REASON_SIZE];
    char text[ROSTER_REASON_SIZE];

    take_cause(cause, master->resources.progress);
    if (snprintf(text, sizeof(text), "%s%s%s", reason, cause[0] ? ": " : "", cause) >=
        (int)sizeof(text))
        strcpy(text + sizeof(text) - sizeof("..."), "...");
    log_error("reload failed: generation %u continues: %s", master->newest->shared.generation,
              text);
    reload_over(master, text);
}

/* Owns config; changed: see loading_begin(). */
static void
try_config(struct master *master, struct config *config, const bool *changed)
{
    const unsigned number = master->newest->shared.generation + 1;
    struct generation *generation;
    const char *problem;

    if (master->workers != 0 && changed == NULL)
        config->server.workers = master->workers;
    boot_raise_descriptor_limit(config, master->newest);
    if ((generation = generation_create(config, master->newest, number)) == NULL) {
        reload_fail(master, "a new generation can't be created");
    } else if ((problem = cutover_plan(master, generation->shared.config)) != NULL) {
        generation_destroy(generation, NULL, &master->total);
        reload_fail(master, problem);
    } else {
        startup_begin(master, generation, changed);
    }
}

/* Old generations whose responses make progress are not cut. So that they don't pile up, the
 * next reload waits until one of them has ended, but not for ever. */
static bool
must_wait(struct master *master)
{
    const struct config_server *server = &master->newest->shared.config->server;
    unsigned draining = 0;

    for (const struct generation *g = master->newest->older; g; g = g->older)
        draining++;
    if (draining < DRAINING_MAX ||
        (master->reload_at != 0 && clock_now() >= master->reload_at)) {
        master->reload_at = 0;
        return false;
    }
    if (master->reload_at == 0) {
        log_notice("reload waits: %u generations still drain", draining);
        master->reload_at = clock_now() + server->send_timeout;
    }
    return true;
}

static void
announce_reload(struct master *master)
{
    master->resources.progress->problem[0] = '\0';
    log_keep_error(master->resources.progress->problem, ROSTER_REASON_SIZE);
    manager_reloading(master);
    control_reload_begins(master);
}

bool
reload_changed(struct master *master, const bool *changed)
{
    struct config *config = (struct config *)(uintptr_t)master->newest->shared.config;

    if (must_wait(master))
        return false;
    for (size_t i = 0; i < config->asset_count; i++)
        if (changed[i])
            log_notice("%s %s has changed: loading it",
                       config->assets[i].tree ? "tree" : "asset", config->assets[i].path);
    announce_reload(master);
    try_config(master, config_share(config), changed);
    log_keep_error(NULL, 0);
    return true;
}

void
reload_run(struct master *master)
{
    const struct master_options *options = master->options;
    struct report report = { 0 };
    struct config *config;

    master->reload_wanted = master->newest->starting || upgrade_under_way(master) ||
                            gap_waits(master) || must_wait(master);
    if (master->reload_wanted)
        return;
    log_notice("reloading %s", options->file);
    announce_reload(master);
    config = generation_configure(options->file, options->overrides, options->override_count,
                                  catalogue_check_quickly, &report);
    report_log(&report, "reload");
    report_free(&report);
    if (config)
        try_config(master, config, NULL);
    else
        reload_fail(master, "the configuration has errors");
    log_keep_error(NULL, 0);
}
