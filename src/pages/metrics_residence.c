/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_residence: what the kernel does not tell is absent. */
#include "pages/metrics_residence.h"

#include "format/exposition.h"
#include "pages/ledger.h"

#define OBJECTS_MAX 100 /* by name: the largest */

static void
write_sum(FILE *out, const struct ledger *ledger, enum variant variant)
{
    const struct ledger_entry *found = NULL;
    uint64_t resident = 0;
    bool known = true;

    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->object->asset->variant != variant || entry->shared)
            continue;
        found = entry;
        resident += entry->resident;
        known &= entry->known;
    }
    if (found && known) {
        const struct exposition_label labels[] = { { "variant", config_variant_name(variant) },
                                                   { "held_in", ledger_place(found) },
                                                   { NULL, NULL } };

        exposition_sample(out, "tiffd_resident_bytes", labels, (double)resident);
    }
}

static void
write_entry(FILE *out, const struct ledger_entry *entry)
{
    const struct config_asset *asset = entry->object->asset;
    const struct exposition_label labels[] = { { "path", asset->path },
                                               { "variant",
                                                 config_variant_name(asset->variant) },
                                               { NULL, NULL } };

    exposition_sample(out, "tiffd_object_resident_bytes", labels, (double)entry->resident);
}

void
metrics_residence_write(FILE *out, const struct view *view)
{
    struct ledger ledger;
    size_t shown = 0;

    if (ledger_take(&ledger, view, LEDGER_QUICK) < 0)
        return;
    exposition_family(out, "tiffd_resident_bytes", "gauge",
                      "Bytes of objects in memory, by what holds them. Absent where the kernel "
                      "does not tell.");
    for (enum variant i = VARIANT_CACHED; i <= VARIANT_STREAMING; i++)
        write_sum(out, &ledger, i);
    exposition_family(out, "tiffd_object_resident_bytes", "gauge",
                      "The same of the largest objects, but for those that share their memory "
                      "with another.");
    for (size_t i = 0; i < ledger.count && shown < OBJECTS_MAX; i++) {
        const struct ledger_entry *entry = &ledger.entries[i];

        if (entry->view != view || entry->shared || !entry->known)
            continue;
        write_entry(out, entry);
        shown++;
    }
    ledger_free(&ledger);
}
