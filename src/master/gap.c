/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gap: see gap.h. A reload that can't end the gap is repeated at growing intervals, because the
 * old content is gone. A reload that is requested meanwhile counts as such an attempt.
 */
#include "master/gap.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/reload.h"
#include "master/respawn.h"
#include "master/state.h"
#include "master/supervise.h"

static void
gap_begin(struct master *master, size_t absent, uint64_t now)
{
    const struct generation *newest = master->newest;

    if (master->gap.since == 0)
        master->gap.since = now;
    for (struct generation *g = newest->older; g; g = g->older)
        supervise_drain(g, now, true, false);
    log_warning("%zu object%s answered with 503 until the older generations have ended, which "
                "have %llu ms (reload_order = old_first)",
                absent, absent == 1 ? " is" : "s are",
                (unsigned long long)newest->older->shared.config->server.drain_timeout);
}

static void
gap_end(struct master *master, uint64_t now)
{
    if (master->gap.since != 0)
        log_notice("all objects are served again, after %llu ms",
                   (unsigned long long)(now - master->gap.since));
    master->gap = (struct gap){ 0 };
}

bool
gap_found(struct master *master)
{
    const struct generation *newest = master->newest;
    const size_t absent = catalogue_count_absent(newest->catalogue);

    __atomic_store_n(&newest->shared.roster->absent, (uint32_t)absent, __ATOMIC_SEQ_CST);
    if (absent > 0)
        gap_begin(master, absent, clock_now());
    else
        gap_end(master, clock_now());
    return absent > 0;
}

void
gap_stays(struct master *master)
{
    if (master->gap.since != 0)
        master->gap.retry_at = clock_now() + respawn_delay(++master->gap.failures);
}

bool
gap_waits(const struct master *master)
{
    return master->gap.since != 0 && master->newest->older;
}

/* Nothing else is under way. */
static bool
may_end(const struct master *master)
{
    return master->gap.since != 0 && !master->newest->starting &&
           master->newest->older == NULL && !upgrade_under_way(master) && !master->stopping;
}

void
gap_run(struct master *master, uint64_t now)
{
    if (may_end(master) && (now >= master->gap.retry_at || master->reload_wanted))
        reload_run(master);
}

uint64_t
gap_next(const struct master *master)
{
    return may_end(master) ? master->gap.retry_at : 0;
}
