/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching: each generation gets a watcher of its own, whose first look finds what has changed
 * while the objects were loaded. A reload that fails is tried again when more has changed.
 */
#include "master/watching.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/title.h"
#include "loader/watcher.h"
#include "master/reload.h"
#include "master/respawn.h"
#include "master/state.h"
#include "stack/crash.h"

#define WATCHING_RETRY 1000 /* milliseconds after a failed fork */

/* --- the process -------------------------------------------------------------------------- */

static void
forget_watcher(struct watching *watching)
{
    if (watching->pipe > 0)
        close(watching->pipe);
    watching->pipe = 0;
}

void
watching_let_go(const struct watching *watching)
{
    if (watching->pipe > 0)
        close(watching->pipe);
}

void
watching_end(struct watching *watching)
{
    child_leave(&watching->child);
    forget_watcher(watching);
    free(watching->changed);
    *watching = (struct watching){ 0 };
}

void
watching_renew(struct watching *watching)
{
    if (watching->child.pid == 0)
        return;
    child_leave(&watching->child);
    forget_watcher(watching);
    watching->spawn_at = clock_now();
}

/* Until it is replaced, nothing is noticed; its first look makes up for that. */
static void
watcher_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct watching *watching = child->owner;
    const uint64_t now = clock_now();

    forget_watcher(watching);
    watching->failures = respawn_failures(watching->failures, false, now - watching->since);
    watching->spawn_at = now + respawn_delay(watching->failures);
    log_error("watcher: process %d ended (%s %d); replaced in %llu ms", (int)pid,
              WIFSIGNALED(end->status) ? "signal" : "status",
              WIFSIGNALED(end->status) ? WTERMSIG(end->status) : WEXITSTATUS(end->status),
              (unsigned long long)(watching->spawn_at - now));
}

static _Noreturn void
become_watcher(const struct master *master, int report, pid_t parent)
{
    const struct generation *generation = master->watching.generation;
    const struct watcher_inherit inherit = {
        .config = generation->shared.config,
        .catalogue = generation->catalogue,
        .confinement = &generation->confinement,
        .report = report,
        .master = parent,
    };

    (void)!crash_arm(NULL);
    for (const struct generation *g = master->newest; g; g = g->older)
        catalogue_let_go(g->catalogue);
    child_isolate(report);
    title_set("watcher");
    watcher_run(&inherit);
}

static void
start_watcher(struct master *master, uint64_t now)
{
    struct watching *watching = &master->watching;
    const pid_t parent = getpid();
    int ends[2];
    pid_t pid = -EMFILE;

    watching->since = now;
    watching->spawn_at = now + WATCHING_RETRY;
    watching->child.owner = watching;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        if ((pid = child_fork(&watching->child, watcher_ended)) == 0)
            become_watcher(master, ends[1], parent);
        close(ends[1]);
        watching->pipe = ends[0];
    }
    if (pid > 0 && fcntl(watching->pipe, F_SETFL, O_NONBLOCK) == 0) {
        watching->spawn_at = 0;
        return;
    }
    log_error("watcher: %s", strerror(pid < 0 ? -pid : errno));
    child_leave(&watching->child);
    forget_watcher(watching);
}

static bool
watches_any(const struct config *config)
{
    for (size_t i = 0; i < config->asset_count; i++)
        if (config->assets[i].watch == CHOICE_YES &&
            config->assets[i].variant != VARIANT_EMBEDDED)
            return true;
    return false;
}

void
watching_follow(struct master *master)
{
    struct watching *watching = &master->watching;
    const struct config *config = master->newest->shared.config;

    watching_end(watching);
    if (!watches_any(config) ||
        (watching->changed = calloc(config->asset_count, sizeof(bool))) == NULL)
        return;
    watching->generation = master->newest;
    watching->spawn_at = clock_now();
}

/* --- reports ------------------------------------------------------------------------------ */

static void
take_reports(struct watching *watching)
{
    const size_t sections = watching->generation->shared.config->asset_count;
    uint32_t section;

    while (watching->pipe > 0 &&
           read(watching->pipe, &section, sizeof(section)) == (ssize_t)sizeof(section))
        if (section < sections)
            watching->any = watching->changed[section] = true;
}

/* Nothing else is under way, nor will be soon. */
static bool
may_begin(const struct master *master)
{
    return !master->newest->starting && !master->stopping && !master->reload_wanted &&
           !upgrade_under_way(master) && master->gap.since == 0 &&
           master->watching.generation == master->newest;
}

void
watching_run(struct master *master, uint64_t now)
{
    struct watching *watching = &master->watching;

    if (watching->generation == NULL)
        return;
    if (watching->spawn_at != 0 && watching->spawn_at <= now && !master->stopping)
        start_watcher(master, now);
    take_reports(watching);
    if (watching->any && may_begin(master) && reload_changed(master, watching->changed)) {
        const size_t sections = watching->generation->shared.config->asset_count;

        memset(watching->changed, 0, sections * sizeof(*watching->changed));
        watching->any = false;
    }
}

int
watching_descriptor(const struct master *master)
{
    return master->watching.pipe > 0 ? master->watching.pipe : -1;
}

uint64_t
watching_next(const struct master *master)
{
    return master->stopping ? 0 : master->watching.spawn_at;
}
