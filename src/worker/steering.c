/* SPDX-License-Identifier: BSD-2-Clause */
/* steering: see steering.h; handoff.c acts on it. */
#include "worker/steering.h"

#include "worker/balance.h"

static bool
runs_there(const struct steering *steering, unsigned worker)
{
    const struct slot *slot = slots_worker(steering->slots, worker);

    return __atomic_load_n(&slot->cpu, __ATOMIC_RELAXED) == (uint32_t)steering->cpu + 1;
}

int
steering_choose(const struct steering *steering)
{
    const uint64_t here = balance_load(slots_worker(steering->slots, steering->here));
    uint64_t fewest = here < steering->limit ? here + 1 : steering->limit;
    int chosen = STEERING_NOBODY;

    if (steering->cpu < 0 || runs_there(steering, steering->here))
        return STEERING_NOBODY;
    for (unsigned i = 0; i < steering->slots->workers; i++) {
        uint64_t load = balance_load(slots_worker(steering->slots, i));

        if (!runs_there(steering, i) || load >= fewest ||
            !balance_invites(steering->slots, i, steering->now))
            continue;
        fewest = load;
        chosen = (int)i;
    }
    return chosen;
}
