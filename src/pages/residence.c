/* SPDX-License-Identifier: BSD-2-Clause */
/* residence: frames have addresses that no code can have: those above the half of the address
 * space that processes have. A reader takes one off that of a call. */
#include "pages/residence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "format/text.h"
#include "observer/scope.h"
#include "pages/copies.h"
#include "pages/ledger.h"
#include "pages/profile_reply.h"

#define SHOWN_MAX 1000 /* objects by name: the largest */
#define PLACES    16
#define FRAMES    ((uintptr_t)1 << 63)

/* --- as a table --------------------------------------------------------------------------- */

/* False: unknown for one of them. */
static bool
mapped_by_workers(const struct ledger_entry *entry, int worker, uint64_t *sum)
{
    bool known = true;

    *sum = 0;
    for (unsigned i = 0; i < entry->view->shared->tables->workers; i++) {
        uint64_t bytes = 0;

        if (worker != SCOPE_ALL && i != (unsigned)worker)
            continue;
        known &= ledger_mapped(entry, i, &bytes);
        *sum += bytes;
    }
    return known;
}

static void
print_amount(FILE *out, uint64_t bytes, bool known)
{
    char text[32] = "unknown";

    if (known)
        text_format((int64_t)bytes, "bytes", text, sizeof(text));
    fprintf(out, "%10s ", text);
}

/* What is held once, by whatever has it. */
static void
print_held(FILE *out, const struct ledger_entry *entry)
{
    const double part = entry->size > 0 ? (double)entry->resident / (double)entry->size : 0;

    if (entry->shared) {
        fprintf(out, "%10s %10s %7s ", "shared", "shared", "-");
        return;
    }
    print_amount(out, entry->resident, entry->known);
    print_amount(out, entry->size, true);
    if (entry->known)
        fprintf(out, "%6.2f%% ", 100 * part);
    else
        fputs("      - ", out);
}

static struct copies_entry
copies_of(const struct copies *copies, const struct ledger_entry *entry)
{
    struct copies_entry sum = { 0 };
    const struct copies_entry *first;
    const size_t count = copies_find(copies, entry->view, entry->asset->section + 1, &first);

    for (size_t i = 0; i < count && !entry->further; i++) {
        sum.buffered += first[i].buffered;
        sum.queued += first[i].queued;
    }
    return sum;
}

static void
residence_print_entry(FILE *out, const struct ledger_entry *entry, const struct copies *copies,
                      int worker)
{
    const struct copies_entry copied = copies_of(copies, entry);
    uint64_t mapped;
    bool known;

    if (entry->shared && copied.buffered == 0 && copied.queued == 0)
        return;
    print_held(out, entry);
    known = mapped_by_workers(entry, worker, &mapped);
    print_amount(out, mapped, known);
    print_amount(out, entry->huge, entry->huge_known);
    print_amount(out, copied.buffered, true);
    print_amount(out, copied.queued, copies->queues_known);
    fprintf(out, " %-12s %s", ledger_location(entry), entry->asset->url);
    if (entry->coding != CODING_IDENTITY)
        fprintf(out, " as %s", coding_info(entry->coding)->name);
    if (entry->view->shared->generation > 0)
        fprintf(out, " of generation %u", entry->view->shared->generation);
    fputc('\n', out);
}

static void
print_sums(FILE *out, const struct ledger *ledger, const struct copies *copies)
{
    char resident[32];
    char size[32];
    char buffered[32];
    char queued[32] = "an unknown number of bytes";

    text_format((int64_t)ledger->resident, "bytes", resident, sizeof(resident));
    text_format((int64_t)ledger->size, "bytes", size, sizeof(size));
    text_format((int64_t)copies->buffered, "bytes", buffered, sizeof(buffered));
    if (copies->queues_known)
        text_format((int64_t)copies->queued, "bytes", queued, sizeof(queued));
    fprintf(out, "residence: %zu objects, %s of %s in memory", ledger->count, resident, size);
    if (ledger->unknown > 0)
        fprintf(out, "; of %zu the kernel does not tell", ledger->unknown);
    fprintf(out, "\ncopies: %s in buffers of workers, %s in send queues\n", buffered, queued);
}

static void
write_table(struct page *page, const struct ledger *ledger, const struct copies *copies)
{
    FILE *out = page->out;

    print_sums(out, ledger, copies);
    fprintf(out, "%10s %10s %7s %10s %10s %10s %10s  %-12s %s\n", "resident", "size", "part",
            "mapped", "huge", "buffered", "queued", "held in", "object");
    for (size_t i = 0; i < ledger->count && i < SHOWN_MAX; i++)
        residence_print_entry(out, &ledger->entries[i], copies, page->query.worker);
}

/* --- as a profile ------------------------------------------------------------------------- */

#define FRAME_BUFFER (FRAMES + PLACES - 2)
#define FRAME_QUEUE  (FRAMES + PLACES - 1)

static uintptr_t
frame_of_location(const struct ledger_entry *entry)
{
    return FRAMES + (uintptr_t)entry->asset->variant;
}

/* That of the object with this number; all but the largest have one together. */
static uintptr_t
frame_of_object(size_t number)
{
    return FRAMES + PLACES + (number < SHOWN_MAX ? number : SHOWN_MAX);
}

static bool
name_frames(void *argument, struct symbols *symbols)
{
    const struct ledger *ledger = argument;
    bool named = symbol_name(symbols, frame_of_object(SHOWN_MAX), "(others)") &&
                 symbol_name(symbols, FRAME_BUFFER, "worker_buffer") &&
                 symbol_name(symbols, FRAME_QUEUE, "send_queue");

    for (size_t i = 0; named && i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        named = symbol_name(symbols, frame_of_location(entry), ledger_location(entry)) &&
                symbol_name(symbols, frame_of_object(i), entry->asset->url);
    }
    return named;
}

/* The parts of a generation: what is there once, then its workers. */
static unsigned
parts_before(const struct view *newest, const struct view *end)
{
    unsigned parts = 0;

    for (const struct view *view = newest; view != end; view = view->older)
        parts += 1 + view->shared->tables->workers;
    return parts;
}

static void
add_entry(struct profile *profile, const struct view *newest, const struct ledger *ledger,
          size_t number)
{
    const struct ledger_entry *entry = &ledger->entries[number];
    struct profile_part *part = profile->parts + parts_before(newest, entry->view);
    const uint32_t label = number < SHOWN_MAX ? entry->asset->section + 1 : 0;
    const uintptr_t pcs[] = { frame_of_object(number) + 1, frame_of_location(entry) + 1 };
    const uint64_t once[PROFILE_VALUES] = { entry->resident, 0, entry->huge, entry->size };

    part->worker = PROFILE_NO_WORKER;
    part->labels = &entry->view->shared->labels;
    if (!entry->shared)
        profile_add(part, label, pcs, 2, once);
    for (unsigned i = 0; number < SHOWN_MAX && i < entry->view->shared->tables->workers; i++) {
        uint64_t mapped[PROFILE_VALUES] = { 0 };

        part[i + 1].worker = i;
        part[i + 1].labels = &entry->view->shared->labels;
        if (ledger_mapped(entry, i, &mapped[1]))
            profile_add(&part[i + 1], label, pcs, 2, mapped);
    }
}

/* The copies of one object, by worker. */
static void
add_copies(struct profile *profile, const struct view *newest, const struct ledger_entry *entry,
           size_t number, const struct copies *copies)
{
    struct profile_part *part = profile->parts + parts_before(newest, entry->view) + 1;
    const uint32_t label = number < SHOWN_MAX ? entry->asset->section + 1 : 0;
    const uintptr_t buffer[] = { frame_of_object(number) + 1, FRAME_BUFFER + 1 };
    const uintptr_t queue[] = { frame_of_object(number) + 1, FRAME_QUEUE + 1 };
    const struct copies_entry *first;
    const size_t count = copies_find(copies, entry->view, entry->asset->section + 1, &first);

    for (size_t i = 0; i < count && !entry->further; i++) {
        const uint64_t buffered[PROFILE_VALUES] = { first[i].buffered };
        const uint64_t queued[PROFILE_VALUES] = { first[i].queued };

        profile_add(&part[first[i].worker], label, buffer, 2, buffered);
        profile_add(&part[first[i].worker], label, queue, 2, queued);
    }
}

static int
residence_write_profile(struct page *page, struct ledger *ledger, const struct copies *copies)
{
    struct profile *profile = profile_create(PROFILE_RESIDENCE, parts_before(page->view, NULL));

    if (profile == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < ledger->count; i++) {
        add_entry(profile, page->view, ledger, i);
        add_copies(profile, page->view, &ledger->entries[i], i, copies);
    }
    profile_reply_write(page, &(const struct profile_reply){ .profile = profile,
                                                             .file_name = "residence",
                                                             .name = name_frames,
                                                             .argument = ledger });
    profile_free(profile);
    return 0;
}

/* --- exported ----------------------------------------------------------------------------- */

void
residence_write(struct page *page)
{
    struct ledger ledger;
    struct copies copies = { 0 };
    int error = ledger_take(&ledger, page->view, UINT64_MAX);

    if (error == 0)
        error = copies_take(&copies, page->view, page->query.worker, true);
    if (error == 0)
        ledger_look_at_mappings(&ledger, page->view);
    if (error == 0 && profile_reply_wanted(page))
        error = residence_write_profile(page, &ledger, &copies);
    else if (error == 0)
        write_table(page, &ledger, &copies);
    if (error < 0)
        page_fail(page, error);
    copies_free(&copies);
    ledger_free(&ledger);
}

void
residence_count(const struct view *view, FILE *out)
{
    struct ledger ledger;
    char text[32];

    if (ledger_take(&ledger, view, LEDGER_QUICK) < 0)
        return;
    text_format((int64_t)ledger.resident, "bytes", text, sizeof(text));
    fputs(text, out);
    ledger_free(&ledger);
}
