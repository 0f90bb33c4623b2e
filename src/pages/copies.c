/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copies: takes the buffered bytes and the socket from the rows of connections (rows.h), and
 * the queue of the socket from the kernel. The queue of a connection without a row, or over a
 * Unix socket, is not counted.
 */
#include "pages/copies.h"

#include <errno.h>
#include <stdlib.h>

#include "base/tcp_queues.h"
#include "observer/scope.h"
#include "shared/rows.h"

/* --- collecting --------------------------------------------------------------------------- */

static bool
copies_add(struct copies *copies, size_t *capacity, const struct copies_entry *entry)
{
    struct copies_entry *entries;

    if (entry->buffered == 0 && entry->queued == 0)
        return true;
    if (copies->count == *capacity) {
        *capacity = *capacity > 0 ? 2 * *capacity : 64;
        entries = reallocarray(copies->entries, *capacity, sizeof(*entries));
        if (entries == NULL)
            return false;
        copies->entries = entries;
    }
    copies->entries[copies->count++] = *entry;
    return true;
}

/* What is buffered belongs to the body under way, what is queued to the one before it, too. */
static bool
add_row(struct copies *copies, size_t *capacity, struct copies_entry entry,
        const struct row *row, const struct tcp_queues *queues)
{
    const struct tcp_queue *queue = tcp_queues_find(queues, row->socket);

    entry.label = row->label;
    entry.buffered = row->buffered;
    if (!copies_add(copies, capacity, &entry))
        return false;
    entry.label = row->sent;
    entry.buffered = 0;
    entry.queued = queue ? queue->bytes : 0;
    return copies_add(copies, capacity, &entry);
}

static int
collect_copies(struct copies *copies, const struct view *newest, int worker,
               const struct tcp_queues *queues)
{
    const struct scope scope = scope_of(newest, worker);
    struct copies_entry entry = { 0 };
    size_t capacity = 0;

    for (unsigned i = 0; (entry.view = scope_worker(&scope, newest, i, &entry.worker)) != NULL;
         i++) {
        const struct shared *shared = entry.view->shared;
        const struct rows *rows = tables_rows(shared->tables, entry.worker);
        size_t place = 0;
        struct row row;

        if (roster_pid(shared->roster, entry.worker) <= 0)
            continue;
        while (rows_next(rows, shared->tables->connections, &place, &row))
            if (!add_row(copies, &capacity, entry, &row, queues))
                return -ENOMEM;
    }
    return 0;
}

/* --- adding up ---------------------------------------------------------------------------- */

static int
compare_owners(const void *a, const void *b)
{
    const struct copies_entry *x = a;
    const struct copies_entry *y = b;

    if (x->view != y->view)
        return x->view->shared->generation > y->view->shared->generation ? -1 : 1;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return (x->worker > y->worker) - (x->worker < y->worker);
}

/* Entries of one worker and object become one. */
static void
merge_copies(struct copies *copies)
{
    size_t kept = 0;

    if (copies->count == 0)
        return;
    qsort(copies->entries, copies->count, sizeof(*copies->entries), compare_owners);
    for (size_t i = 0; i < copies->count; i++) {
        const struct copies_entry entry = copies->entries[i];

        copies->buffered += entry.buffered;
        copies->queued += entry.queued;
        if (kept > 0 && compare_owners(&copies->entries[kept - 1], &entry) == 0) {
            copies->entries[kept - 1].buffered += entry.buffered;
            copies->entries[kept - 1].queued += entry.queued;
        } else {
            copies->entries[kept++] = entry;
        }
    }
    copies->count = kept;
}

int
copies_take(struct copies *copies, const struct view *newest, int worker, bool queues)
{
    struct tcp_queues known = { 0 };
    int error;

    *copies = (struct copies){ .queues_known = queues && tcp_queues_read(&known) };
    error = collect_copies(copies, newest, worker, &known);
    tcp_queues_free(&known);
    merge_copies(copies);
    return error;
}

void
copies_free(struct copies *copies)
{
    free(copies->entries);
    *copies = (struct copies){ 0 };
}

size_t
copies_find(const struct copies *copies, const struct view *view, uint32_t label,
            const struct copies_entry **first)
{
    const struct copies_entry key = { .view = view, .label = label };
    size_t low = 0;
    size_t high = copies->count;
    size_t end;

    while (low < high) {
        const size_t middle = (low + high) / 2;

        if (compare_owners(&copies->entries[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < copies->count && copies->entries[end].view == view &&
                    copies->entries[end].label == label;)
        end++;
    *first = copies->entries + low;
    return end - low;
}
