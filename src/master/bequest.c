/* SPDX-License-Identifier: BSD-2-Clause */
/* bequest: arrays, as the slots have them. */
#include "master/bequest.h"

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
bequeath_objects(struct bequest *bequest, const struct shared *heir, const struct shared *from,
                 const struct slot_counters *objects)
{
    for (size_t i = 0; i < from->catalogue->count; i++) {
        const struct object *become =
            catalogue_find_heir(heir->catalogue, &from->catalogue->objects[i]);

        if (become)
            slot_counters_sum(&bequest->objects[become->index], &objects[i]);
    }
}

/* An object stands for its section. */
static void
bequeath_sections(struct bequest *bequest, const struct shared *heir, const struct shared *from,
                  const struct slot_timing *sections)
{
    for (size_t i = 0; i < from->config->asset_count; i++) {
        const struct object *object =
            catalogue_find(from->catalogue, span_of(from->config->assets[i].path));
        const struct object *become =
            object ? catalogue_find_heir(heir->catalogue, object) : NULL;

        if (become)
            slot_timing_sum(&bequest->sections[become->asset->section], &sections[i]);
    }
}

int
bequest_create(struct bequest *bequest, const struct shared *heir)
{
    bequest->objects = zeroed(heir->catalogue->count, sizeof(*bequest->objects));
    bequest->sections = zeroed(heir->config->asset_count, sizeof(*bequest->sections));
    return bequest->objects && bequest->sections ? 0 : -ENOMEM;
}

void
bequest_add(struct bequest *bequest, const struct shared *heir, const struct shared *previous,
            const struct bequest *left)
{
    bequeath_objects(bequest, heir, previous, left->objects);
    bequeath_sections(bequest, heir, previous, left->sections);
}

void
bequest_free(struct bequest *bequest)
{
    free(bequest->objects);
    free(bequest->sections);
    *bequest = (struct bequest){ 0 };
}

void
bequest_add_workers(struct bequest *bequest, const struct shared *heir,
                    const struct shared *from)
{
    for (unsigned i = 0; i < from->slots.workers; i++) {
        bequeath_objects(bequest, heir, from, slots_object(&from->slots, i, 0));
        bequeath_sections(bequest, heir, from, slots_section(&from->slots, i, 0));
    }
}
