/* SPDX-License-Identifier: BSD-2-Clause */
/* carryover: arrays, as in the slots. */
#include "master/carryover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object/catalogue.h"

static void *
zeroed(size_t count, size_t size)
{
    void *memory = aligned_alloc(SLOTS_LINE, (count > 0 ? count : 1) * size);

    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

int
carryover_create(struct carryover *carryover, const struct shared *successor)
{
    carryover->counters = zeroed(successor->config->asset_count, sizeof(*carryover->counters));
    carryover->timings = zeroed(successor->config->asset_count, sizeof(*carryover->timings));
    return carryover->counters && carryover->timings ? 0 : -ENOMEM;
}

void
carryover_add(struct carryover *carryover, const struct shared *successor,
              const struct shared *previous, const struct carryover *left)
{
    for (size_t i = 0; i < previous->config->asset_count; i++) {
        const struct config_asset *become =
            catalogue_find_section(successor->catalogue, &previous->config->assets[i]);

        if (become == NULL)
            continue;
        slot_counters_sum(&carryover->counters[become->section], &left->counters[i]);
        slot_timing_sum(&carryover->timings[become->section], &left->timings[i]);
    }
}

void
carryover_free(struct carryover *carryover)
{
    free(carryover->counters);
    free(carryover->timings);
    *carryover = (struct carryover){ 0 };
}

void
carryover_add_workers(struct carryover *carryover, const struct shared *successor,
                      const struct shared *from)
{
    for (unsigned i = 0; i < from->slots.workers; i++)
        carryover_add(carryover, successor, from,
                      &(struct carryover){ slots_object(&from->slots, i, 0),
                                           slots_section(&from->slots, i, 0) });
}
