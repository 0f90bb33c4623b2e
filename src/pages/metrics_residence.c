/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_residence: leaves out what the kernel does not tell. Send queues are left out, too:
 * the kernel lists them with those of all sockets of the machine, which takes time.
 */
#include "pages/metrics_residence.h"

#include "observer/scope.h"
#include "pages/copies.h"
#include "pages/ledger.h"
#include "stack/label.h"

#define OBJECTS_MAX 100 /* by name: the largest */

static void
write_location(const struct exposition *out, enum variant variant, const char *location,
               uint64_t bytes)
{
    const struct exposition_label labels[] = { { "variant", config_variant_name(variant) },
                                               { "held_in", location },
                                               { NULL, NULL } };

    exposition_sample(out, "tiffd_resident_bytes", labels, (double)bytes);
}

static void
write_sum(const struct exposition *out, const struct ledger *ledger, enum variant variant)
{
    const struct ledger_entry *found = NULL;
    uint64_t resident = 0;
    bool known = true;

    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->asset->variant != variant || entry->shared)
            continue;
        found = entry;
        resident += entry->resident;
        known &= entry->known;
    }
    if (found && known)
        write_location(out, variant, ledger_location(found), resident);
}

/* Adds those of one generation. */
static void
add_copies_of_view(const struct copies *copies, const struct view *view, enum variant variant,
                   struct copies_entry *sum)
{
    const struct config *config = view->shared->config;

    for (size_t i = 0; i < copies->count; i++) {
        const struct copies_entry *entry = &copies->entries[i];

        if (entry->view != view || entry->label == LABEL_NONE ||
            entry->label > config->asset_count ||
            config->assets[entry->label - 1].variant != variant)
            continue;
        sum->buffered += entry->buffered;
    }
}

static bool
has_variant(const struct config *config, enum variant variant)
{
    for (size_t i = 0; i < config->asset_count; i++)
        if (config->assets[i].variant == variant)
            return true;
    return false;
}

static void
write_copies(const struct exposition *out, const struct copies *copies,
             const struct view *newest)
{
    for (enum variant variant = VARIANT_CACHED; variant <= VARIANT_STREAMING; variant++) {
        struct copies_entry sum = { 0 };

        if (!has_variant(newest->shared->config, variant))
            continue;
        for (const struct view *view = newest; view; view = view->older)
            add_copies_of_view(copies, view, variant, &sum);
        write_location(out, variant, "worker_buffer", sum.buffered);
    }
}

/* A tree has several packs, and one sample. */
static uint64_t
resident_of(const struct ledger *ledger, const struct ledger_entry *first)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->view == first->view && entry->asset == first->asset && !entry->shared &&
            entry->known)
            bytes += entry->resident;
    }
    return bytes;
}

static void
write_entry(const struct exposition *out, const struct ledger *ledger,
            const struct ledger_entry *entry)
{
    const struct config_asset *asset = entry->asset;
    const struct exposition_label labels[] = {
        { "path", asset->url },
        { "variant", config_variant_name(asset->variant) },
        { entry->coding != CODING_IDENTITY ? "coding" : NULL,
          coding_info(entry->coding)->name },
        { NULL, NULL },
    };

    exposition_sample(out, "tiffd_object_resident_bytes", labels,
                      (double)resident_of(ledger, entry));
}

void
metrics_residence_write(const struct exposition *out, const struct view *view)
{
    struct ledger ledger;
    struct copies copies;
    size_t shown = 0;

    if (ledger_take(&ledger, view, LEDGER_QUICK) < 0)
        return;
    exposition_family(out, "tiffd_resident_bytes", "gauge",
                      "Bytes of objects in memory, by what holds them. Absent where the kernel "
                      "does not tell.");
    for (enum variant i = VARIANT_CACHED; i <= VARIANT_STREAMING; i++)
        write_sum(out, &ledger, i);
    if (copies_take(&copies, view, SCOPE_ALL, false) == 0)
        write_copies(out, &copies, view);
    copies_free(&copies);
    exposition_family(out, "tiffd_object_resident_bytes", "gauge",
                      "The same of the largest objects, but for those that share their memory "
                      "with another.");
    for (size_t i = 0; i < ledger.count && shown < OBJECTS_MAX; i++) {
        const struct ledger_entry *entry = &ledger.entries[i];

        if (entry->view != view || entry->further || entry->shared || !entry->known)
            continue;
        write_entry(out, &ledger, entry);
        shown++;
    }
    ledger_free(&ledger);
}
