/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger: the kernel's answers (residency.h) about the descriptors that hold the objects, which
 * the observer has inherited. */
#include "pages/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/residency.h"

const char *
ledger_location(const struct ledger_entry *entry)
{
    static const char *const locations[] = { [VARIANT_CACHED] = "memory_file",
                                             [VARIANT_EMBEDDED] = "program_file",
                                             [VARIANT_STREAMING] = "page_cache" };

    return locations[entry->asset->variant];
}

/* --- what is the same --------------------------------------------------------------------- */

/* An entry with the identity of what holds it. */
struct keyed {
    struct ledger_entry *entry;
    dev_t device;
    ino_t inode;
    uint64_t offset;
};

static struct keyed
key_of(struct ledger_entry *entry)
{
    struct stat status;

    if (entry->fd < 0 || fstat(entry->fd, &status) < 0)
        return (struct keyed){ .entry = entry };
    return (struct keyed){ entry, status.st_dev, status.st_ino, entry->offset };
}

static int
compare_keys(const void *a, const void *b)
{
    const struct keyed *x = a;
    const struct keyed *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static bool
mark_shared(struct ledger *ledger)
{
    struct keyed *keys = calloc(ledger->count + 1, sizeof(*keys));

    if (keys == NULL)
        return false;
    for (size_t i = 0; i < ledger->count; i++)
        keys[i] = key_of(&ledger->entries[i]);
    qsort(keys, ledger->count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < ledger->count; i++)
        keys[i].entry->shared = keys[i].inode != 0 && keys[i].inode == keys[i - 1].inode &&
                                keys[i].device == keys[i - 1].device &&
                                keys[i].offset == keys[i - 1].offset;
    free(keys);
    return true;
}

/* --- taking ------------------------------------------------------------------------------- */

static bool
is_draining(const struct view *view)
{
    for (unsigned i = 0; i < view->shared->roster->workers; i++)
        if (roster_pid(view->shared->roster, i) > 0)
            return true;
    return false;
}

static size_t
count_entries(const struct view *newest)
{
    size_t count = 0;

    for (const struct view *view = newest; view; view = view->older)
        if (view == newest || is_draining(view))
            count += view->shared->catalogue->assets + view->shared->catalogue->pack_count;
    return count;
}

/* The mappings of one worker: all workers map the same. */
static bool
read_mappings(const struct view *view, struct proc_mappings *mappings)
{
    *mappings = (struct proc_mappings){ 0 };
    for (unsigned i = 0; view->memory && i < view->shared->roster->workers; i++)
        if (proc_memory_mappings(&view->memory[i], mappings))
            return true;
        else
            proc_memory_free_mappings(mappings);
    return false;
}

static void
note_huge(struct ledger_entry *entry, const struct proc_mappings *mappings)
{
    const uintptr_t address = (uintptr_t)entry->bytes;
    const struct proc_mapping *mapping = proc_memory_find(mappings, address);

    entry->huge_known = address == 0 || mapping;
    if (mapping && !entry->shared)
        entry->huge = mapping->huge < entry->size ? mapping->huge : entry->size;
}

/* By huge pages; of a generation at a time. */
static void
look_at_mappings(struct ledger *ledger, const struct view *view)
{
    struct proc_mappings mappings;

    (void)read_mappings(view, &mappings);
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->entries[i].view == view)
            note_huge(&ledger->entries[i], &mappings);
    proc_memory_free_mappings(&mappings);
}

static void
ledger_look_at(struct ledger_entry *entry, uint64_t *left)
{
    if (entry->shared || *left < entry->size)
        return;
    *left -= entry->size;
    entry->known = entry->size == 0 ||
                   (entry->fd >= 0 &&
                    residency_of_file(entry->fd, entry->offset, entry->size, &entry->resident));
}

static int
largest_first(const void *a, const void *b)
{
    const struct ledger_entry *x = a;
    const struct ledger_entry *y = b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x->view != y->view
               ? (x->view->shared->generation > y->view->shared->generation ? -1 : 1)
               : (x->asset > y->asset) - (x->asset < y->asset);
}

static struct ledger_entry
entry_of_object(const struct view *view, const struct object *object)
{
    struct ledger_entry entry = { .view = view,
                                  .asset = object->asset,
                                  .coding = object->coding,
                                  .fd = object->memory.fd,
                                  .offset = object->memory_offset,
                                  .bytes = object->bytes,
                                  .size = object->length };

    if (object->asset->variant == VARIANT_STREAMING) {
        entry.fd = object->source.fd;
        entry.offset = 0;
        entry.size = object->source.size;
    }
    return entry;
}

static struct ledger_entry
entry_of_pack(const struct view *view, size_t number)
{
    const struct pack *packs = view->shared->catalogue->packs;
    const struct pack *pack = &packs[number];
    bool further = false;

    for (size_t i = 0; i < number; i++)
        further |= packs[i].asset == pack->asset;
    return (struct ledger_entry){ .view = view,
                                  .asset = pack->asset,
                                  .fd = pack->memory.fd,
                                  .bytes = pack->bytes,
                                  .further = further,
                                  .size = pack->memory.size };
}

static void
list(struct ledger *ledger, const struct view *newest)
{
    for (const struct view *view = newest; view; view = view->older) {
        const struct catalogue *catalogue = view->shared->catalogue;

        if (view != newest && !is_draining(view))
            continue;
        for (size_t i = 0; i < catalogue->assets; i++)
            if (!catalogue->objects[i].missing)
                ledger->entries[ledger->count++] =
                    entry_of_object(view, &catalogue->objects[i]);
        for (size_t i = 0; i < catalogue->pack_count; i++)
            ledger->entries[ledger->count++] = entry_of_pack(view, i);
    }
    qsort(ledger->entries, ledger->count, sizeof(*ledger->entries), largest_first);
}

static void
add_up(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->shared)
            continue;
        ledger->size += entry->size;
        ledger->resident += entry->resident;
        ledger->unknown += !entry->known;
    }
}

int
ledger_take(struct ledger *ledger, const struct view *view, uint64_t most)
{
    *ledger =
        (struct ledger){ .entries = calloc(count_entries(view) + 1, sizeof(*ledger->entries)) };
    if (ledger->entries == NULL)
        return -ENOMEM;
    list(ledger, view);
    if (!mark_shared(ledger)) {
        ledger_free(ledger);
        return -ENOMEM;
    }
    for (size_t i = 0; i < ledger->count; i++)
        ledger_look_at(&ledger->entries[i], &most);
    add_up(ledger);
    return 0;
}

void
ledger_look_at_mappings(struct ledger *ledger, const struct view *newest)
{
    for (const struct view *view = newest; view; view = view->older)
        look_at_mappings(ledger, view);
}

void
ledger_free(struct ledger *ledger)
{
    free(ledger->entries);
    *ledger = (struct ledger){ 0 };
}

bool
ledger_mapped(const struct ledger_entry *entry, unsigned worker, uint64_t *bytes)
{
    const uintptr_t address = (uintptr_t)entry->bytes;

    *bytes = 0;
    return address == 0 ||
           (entry->view->memory &&
            proc_memory_mapped(&entry->view->memory[worker], address, entry->size, bytes));
}
