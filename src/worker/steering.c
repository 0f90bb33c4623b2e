/* SPDX-License-Identifier: BSD-2-Clause */
/* steering: see steering.h; hatch.c acts on it. */
#include "worker/steering.h"

#include "worker/balance.h"

static bool
runs_there(const struct steering *steering, unsigned worker)
{
    const struct slot *slot = slots_worker(steering->slots, worker);

    return __atomic_load_n(&slot->cpu, __ATOMIC_RELAXED) == steering->cpu;
}

int
steering_choose(const struct steering *steering)
{
    uint64_t fewest = steering->limit;
    int chosen = STEERING_NOBODY;

    if (steering->cpu < 0 || runs_there(steering, steering->here))
        return STEERING_NOBODY;
    for (unsigned i = 0; i < steering->slots->workers; i++) {
        uint64_t connections = slot_read(&slots_worker(steering->slots, i)->connections);

        if (!runs_there(steering, i) || connections >= fewest ||
            !balance_invites(steering->slots, i, steering->now))
            continue;
        fewest = connections;
        chosen = (int)i;
    }
    return chosen;
}
