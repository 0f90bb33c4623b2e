/* SPDX-License-Identifier: BSD-2-Clause */
/* cutover: plans what can fail, so that a commit can't. */
#include "master/cutover.h"

#include <string.h>

#include "base/clock.h"
#include "master/core_limit.h"
#include "master/files.h"
#include "master/serving.h"
#include "master/supervise.h"
#include "stack/registers.h"
#include "symbol/kernel_names.h"

/* --- before ------------------------------------------------------------------------------- */

/* Both sets, or none. */
int
cutover_plan_sockets(struct master *master, const struct config *config)
{
    int error = listeners_plan(&master->planned, &master->listeners, &config->server.listen);

    if (error < 0)
        return error;
    error = listeners_plan(&master->planned_debug, &master->observed, &config->debug.listen);
    if (error < 0)
        listeners_abandon(&master->planned, &master->listeners);
    return error;
}

const char *
cutover_plan(struct master *master, const struct config *config)
{
    if (cutover_plan_sockets(master, config) < 0)
        return "can't listen on an address";
    if (files_plan(master, config) == 0)
        return NULL;
    listeners_abandon(&master->planned, &master->listeners);
    listeners_abandon(&master->planned_debug, &master->observed);
    return "the log or the pid file can't be written";
}

void
cutover_apply(const struct generation *generation, const struct listeners *listeners)
{
    const struct config *config = generation->shared.config;
    const bool names = config->profile.kernel == CHOICE_YES;
    int error = core_limit_set(config->debug.core);

    registers_keep(config->debug.registers == REGISTERS_ON);
    if (error < 0)
        log_error("core: %s", strerror(-error));
    if ((error = kernel_names_open(names ? KERNEL_NAMES_FILE : NULL)) < 0)
        log_warning("functions of the kernel have no names: %s: %s", KERNEL_NAMES_FILE,
                    strerror(-error));
    listeners_set_rcvbuf(listeners, config->server.rcvbuf);
}

/* --- success ------------------------------------------------------------------------------ */

static void
commit_planned(struct master *master)
{
    const int backlog = (int)master->newest->shared.config->server.backlog;

    listeners_commit(&master->planned, &master->listeners, backlog);
    listeners_commit(&master->planned_debug, &master->observed, backlog);
    master->planned = master->planned_debug = (struct listeners){ 0 };
    files_commit(master);
}

/* The newest serves, and what there was before drains. */
static void
replace_older(struct master *master)
{
    struct generation *newest = master->newest;
    struct generation *older = newest->older;

    generation_inherit(newest, older);
    log_set_level(newest->shared.config->log.level);
    log_set_client_lines(newest->shared.config->log.client_lines);
    profile_files_replaced(older->instruments.profile_files);
    profile_files_write(older->instruments.profile_files);
    __atomic_store_n(&older->shared.roster->superseded, 1, __ATOMIC_SEQ_CST);
    serving_begin(master);
    supervise_drain_observer(older);
    supervise_drain(older, clock_now(), false, false);
    log_notice("generation %u serves", newest->shared.generation);
}

void
cutover_commit(struct master *master)
{
    commit_planned(master);
    if (master->newest->older)
        replace_older(master);
    else
        serving_begin(master);
}

/* --- failure ------------------------------------------------------------------------------ */

static void
abandon_planned(struct master *master)
{
    listeners_abandon(&master->planned, &master->listeners);
    listeners_abandon(&master->planned_debug, &master->observed);
    files_abandon(master);
}

/* The failed generation goes behind the one that continues, as if it had been replaced. */
static void
put_behind(struct master *master, struct generation *failed)
{
    struct generation *serving = failed->older;

    master->newest = serving;
    failed->older = serving->older;
    serving->older = failed;
    cutover_apply(serving, &master->listeners);
    profile_files_replaced(failed->instruments.profile_files);
    supervise_end(failed, clock_now());
}

void
cutover_roll_back(struct master *master)
{
    abandon_planned(master);
    if (master->newest->older)
        put_behind(master, master->newest);
}
