/* SPDX-License-Identifier: BSD-2-Clause */
/* sampling: the sums are those of /metrics (totals.h), so that both say the same. */
#include "master/sampling.h"

#include <stdlib.h>

#include "base/clock.h"
#include "master/state.h"
#include "pages/totals.h"

#define PSS_EVERY 10000 /* ms: the kernel walks the page tables of every worker for it */

static bool
sampling_wanted(const struct master *master)
{
    return master->observed.count > 0 && state_serving(master) && !master->stopping;
}

static uint64_t
sum_pss(const struct generation *generation)
{
    uint64_t sum = 0;

    for (; generation; generation = generation->older)
        for (unsigned i = 0; i < generation->shared.slots.workers; i++) {
            uint64_t bytes;

            if (roster_pid(generation->shared.roster, i) > 0 &&
                proc_memory_pss(&generation->memory[i], &bytes))
                sum += bytes;
        }
    return sum;
}

static uint64_t
sampling_count_connections(const struct generation *generation)
{
    uint64_t sum = 0;

    for (; generation; generation = generation->older)
        for (unsigned i = 0; i < generation->shared.slots.workers; i++)
            if (roster_pid(generation->shared.roster, i) > 0)
                sum += slot_read(&slots_worker(&generation->shared.slots, i)->connections);
    return sum;
}

static void
sampling_measure(struct sampling *sampling, const struct generation *generation, uint64_t now)
{
    if (sampling->measured != 0 && now - sampling->measured < PSS_EVERY)
        return;
    sampling->pss = sum_pss(generation);
    sampling->measured = now;
}

static void
sampling_take(struct master *master, const struct view *view)
{
    const struct generation *generation = state_serving(master);
    struct totals totals;

    totals_take(view, &totals);
    history_add(master->resources.history,
                &(const struct history_sample){
                    .at = clock_wall(),
                    .requests = totals.sum.served.requests,
                    .bytes = totals.sum.served.bytes,
                    .accepted = totals.sum.accepted,
                    .stalls = totals.sum.stalls,
                    .reads = totals.sum.reads,
                    .cpu = totals.cpu.all_ns,
                    .user_cpu = totals.cpu.user_ns,
                    .system_cpu = totals.cpu.system_ns,
                    .restarts = totals.restarts,
                    .connections = sampling_count_connections(generation),
                    .pss = master->sampling.pss,
                    .generation = generation->shared.generation,
                    .first_byte = totals.sum.timing.first_byte,
                    .transfer = totals.sum.timing.transfer,
                });
}

void
sampling_run(struct master *master, uint64_t now)
{
    struct sampling *sampling = &master->sampling;
    const struct view *view;

    if (!sampling_wanted(master)) {
        sampling->next = 0;
        return;
    }
    if (now < sampling->next)
        return;
    sampling_measure(sampling, state_serving(master), now);
    if ((view = spawn_view(state_serving(master), &master->resources)) != NULL)
        sampling_take(master, view);
    spawn_free_view(view);
    sampling->next = now + HISTORY_INTERVAL_MS -
                     (now - sampling->next < HISTORY_INTERVAL_MS ? now - sampling->next : 0);
}

uint64_t
sampling_next(const struct master *master)
{
    return master->sampling.next;
}
