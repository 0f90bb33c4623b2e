/* SPDX-License-Identifier: BSD-2-Clause */
/* observed: see observed.h. */
#include "observed.h"

#include <assert.h>
#include <stddef.h>

void
observed_create(struct observed *observed, unsigned workers)
{
    static char words[][6] = { "tiffd", "-c", "a b" };
    static char *const arguments[] = { words[0], words[1], words[2], NULL };
    static const struct slot gone;
    static struct load_progress progress;
    static struct history history;
    const struct tables_plan plan = { .workers = workers, .events = 64, .connections = 8 };

    *observed = (struct observed){ 0 };
    observed->config.server.workers = workers;
    observed->config.server.drain_timeout = 5000;
    observed->config.debug.max_clients = 2;
    observed->shared = (struct shared){
        .config = &observed->config,
        .catalogue = &observed->catalogue,
        .tables = &observed->tables,
        .roster = roster_create(workers),
    };
    if (slots_create(&observed->shared.slots, workers, 0) < 0 ||
        tables_create(&observed->tables, &plan) < 0 || observed->shared.roster == NULL)
        assert(false && "no memory");
    observed->view = (struct view){ .shared = &observed->shared,
                                    .progress = &progress,
                                    .history = &history,
                                    .gone = &gone,
                                    .arguments = arguments };
}

void
observed_destroy(struct observed *observed)
{
    slots_destroy(&observed->shared.slots);
    tables_destroy(&observed->tables);
    roster_destroy(observed->shared.roster);
}
