/* SPDX-License-Identifier: BSD-2-Clause */
/* carryover: arrays, as the slots have them. */
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

static void
bequeath(struct bequest *bequest, const struct shared *heir, const struct shared *from,
         const struct bequest *left)
{
    for (size_t i = 0; i < from->config->asset_count; i++) {
        const struct config_asset *become =
            catalogue_find_section(heir->catalogue, &from->config->assets[i]);

        if (become == NULL)
            continue;
        slot_counters_sum(&bequest->counters[become->section], &left->counters[i]);
        slot_timing_sum(&bequest->timings[become->section], &left->timings[i]);
    }
}

int
bequest_create(struct bequest *bequest, const struct shared *heir)
{
    bequest->counters = zeroed(heir->config->asset_count, sizeof(*bequest->counters));
    bequest->timings = zeroed(heir->config->asset_count, sizeof(*bequest->timings));
    return bequest->counters && bequest->timings ? 0 : -ENOMEM;
}

void
bequest_add(struct bequest *bequest, const struct shared *heir, const struct shared *previous,
            const struct bequest *left)
{
    bequeath(bequest, heir, previous, left);
}

void
bequest_free(struct bequest *bequest)
{
    free(bequest->counters);
    free(bequest->timings);
    *bequest = (struct bequest){ 0 };
}

void
bequest_add_workers(struct bequest *bequest, const struct shared *heir,
                    const struct shared *from)
{
    for (unsigned i = 0; i < from->slots.workers; i++)
        bequeath(bequest, heir, from,
                 &(struct bequest){ slots_object(&from->slots, i, 0),
                                    slots_section(&from->slots, i, 0) });
}
