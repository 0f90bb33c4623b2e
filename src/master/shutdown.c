/* SPDX-License-Identifier: BSD-2-Clause */
/* shutdown: processes first, then the profiles and reports of their lives. */
#include "master/shutdown.h"

#include <signal.h>

#include "base/clock.h"
#include "master/startup.h"
#include "master/supervise.h"

#define PATIENCE      2000 /* milliseconds after SIGINT for what is being written */
#define ABANDON_AGAIN 100  /* milliseconds, after that */
#define GRACE         5000 /* milliseconds more for masters that were replaced */

static void
close_listeners(struct master *master)
{
    listeners_close(&master->listeners);
    listeners_close(&master->observed);
}

/* Masters that were replaced by an upgrade drain and end as this one does. */
static void
end_replaced(struct master *master, bool now)
{
    const uint64_t patience = now ? 0 : master->newest->shared.config->server.drain_timeout;

    takeover_end(master, now ? UPGRADE_END : UPGRADE_STOP, clock_now() + patience + GRACE);
}

/* Load balancers see it at /healthz, also while listeners are open. */
static void
show_end(const struct master *master)
{
    for (struct generation *g = master->newest; g; g = g->older)
        __atomic_store_n(&g->shared.roster->ending, 1, __ATOMIC_SEQ_CST);
}

/* Milliseconds that clients are still accepted. Once, and only while there is somebody to
 * accept them. */
static uint64_t
delay_of(const struct master *master)
{
    if (master->stopping || master->failed || master->newest->starting)
        return 0;
    return master->newest->shared.config->server.drain_delay;
}

static void
stop_accepting(struct master *master)
{
    master->close_at = 0;
    close_listeners(master);
    for (struct generation *g = master->newest; g; g = g->older)
        supervise_drain(g, clock_now(), true, g == master->newest && !master->replaced);
}

void
shutdown_begin(struct master *master, int signal)
{
    const bool at_once = signal == SIGINT || (signal == SIGTERM && master->told);

    startup_cancel(master);
    upgrade_cancel(master);
    end_replaced(master, at_once);
    show_end(master);
    if (!master->stopping)
        manager_stopping(master);
    if (!at_once && delay_of(master) > 0) {
        master->close_at = clock_now() + delay_of(master);
        log_notice("still accepting for %llu ms", (unsigned long long)delay_of(master));
    }
    master->stopping = master->told = true;
    master->record_at = 0;
    if (signal == SIGINT && master->abandon_at == 0)
        master->abandon_at = clock_now() + PATIENCE;
    else if (signal == SIGINT)
        master->abandon_at = clock_now();
    if (at_once || master->failed || master->close_at == 0)
        stop_accepting(master);
    for (struct generation *g = master->newest; g && at_once; g = g->older)
        supervise_end(g, clock_now());
}

void
shutdown_replaced(struct master *master)
{
    master->stopping = master->replaced = true;
    master->manager.listens = false;
    master->record_at = 0;
    master->listeners.shared = master->observed.shared = true;
    close_listeners(master);
    takeover_let_go(&master->takeover);
    master->takeover.count = 0;
    for (struct generation *g = master->newest; g; g = g->older) {
        profile_files_replaced(g->instruments.profile_files);
        __atomic_store_n(&g->shared.roster->superseded, 1, __ATOMIC_SEQ_CST);
        supervise_drain(g, clock_now(), false, false);
    }
}

void
shutdown_of_crash_loop(struct master *master)
{
    for (const struct generation *g = master->newest; g; g = g->older)
        if (g->crash_loop && !master->failed) {
            log_error("workers die before they serve: giving up");
            master->failed = true;
            shutdown_begin(master, SIGQUIT);
        }
}

/* Has the last process ended, and are the profiles on disk? */
static bool
has_ended(struct generation *generation)
{
    if (generation->alive > 0)
        return false;
    if (!generation->recorded)
        profile_files_write(generation->instruments.profile_files);
    generation->recorded = true;
    return !profile_files_busy(generation->instruments.profile_files) &&
           generation->postmortem.count == 0;
}

/* The observer holds what it knew at the fork. */
static void
tell_ended(const struct generation *serving, const struct generation *ended)
{
    const struct channel_message message = { .kind = CHANNEL_ENDED,
                                             .generation = ended->shared.generation };

    process_send(&serving->processes[serving->shared.config->server.workers], &message, -1);
}

/* Forgets generations that have ended; the one that serves stays, whatever became of its
 * workers. */
static void
forget_ended(struct master *master)
{
    struct generation *serving = state_serving(master);
    struct generation *newer = serving;
    struct generation *generation;

    while (newer && (generation = newer->older) != NULL) {
        if (!has_ended(generation)) {
            newer = generation;
            continue;
        }
        newer->older = generation->older;
        log_info("generation %u has ended", generation->shared.generation);
        tell_ended(serving, generation);
        generation_destroy(generation, serving, &master->total);
    }
}

/* SIGINT ends at once: what children still write, profiles and reports, has a moment. */
static void
abandon_writers(struct master *master, uint64_t now)
{
    if (master->abandon_at == 0 || now < master->abandon_at)
        return;
    master->abandon_at = now + ABANDON_AGAIN;
    for (struct generation *g = master->newest; g; g = g->older) {
        if (profile_files_busy(g->instruments.profile_files) || g->postmortem.count > 0)
            log_warning("generation %u: profiles and reports are not written",
                        g->shared.generation);
        profile_files_abandon(g->instruments.profile_files);
        postmortem_abandon(&g->postmortem);
        g->recorded = true;
    }
    child_leave(&master->status_dump);
}

void
shutdown_run(struct master *master, uint64_t now)
{
    if (master->close_at != 0 && now >= master->close_at)
        stop_accepting(master);
    abandon_writers(master, now);
    forget_ended(master);
}

uint64_t
shutdown_next(const struct master *master)
{
    const uint64_t others = clock_earlier(takeover_next(master), upgrade_next(master));

    return clock_earlier(clock_earlier(master->abandon_at, master->close_at), others);
}

/* Not before a status dump is in the log, and other masters need this one no more. */
bool
shutdown_over(const struct master *master)
{
    return master->stopping && master->close_at == 0 && master->status_dump.pid == 0 &&
           master->newest->older == NULL && has_ended(master->newest) &&
           takeover_over(master) && upgrade_over(master);
}
