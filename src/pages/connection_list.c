/* SPDX-License-Identifier: BSD-2-Clause */
/* connection_list: what rows hold is shown and checked; nothing of it is a pointer. */
#include "pages/connection_list.h"

#include <errno.h>
#include <stdlib.h>

#include "base/count.h"
#include "observer/scope.h"
#include "profile/marker.h"

static bool
connection_list_add(struct connection_list *list, const struct connection_entry *entry)
{
    size_t capacity = list->capacity > 0 ? list->capacity * 2 : 64;
    struct connection_entry *items;

    if (list->count == list->capacity) {
        if ((items = reallocarray(list->items, capacity, sizeof(*items))) == NULL)
            return false;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *entry;
    return true;
}

int
connection_list_take(const struct view *view, int worker, struct connection_list *list)
{
    struct scope scope = scope_of(view, worker);
    struct connection_entry entry;

    for (unsigned i = 0; (entry.view = scope_worker(&scope, view, i, &entry.worker)) != NULL;
         i++) {
        const struct tables *tables = entry.view->shared->tables;
        const struct rows *rows = tables_rows(tables, entry.worker);
        size_t place = 0;

        if (roster_pid(entry.view->shared->roster, entry.worker) <= 0)
            continue;
        while (rows_next(rows, tables->connections, &place, &entry.row))
            if (!connection_list_add(list, &entry))
                return -ENOMEM;
    }
    return 0;
}

void
connection_list_free(struct connection_list *list)
{
    free(list->items);
    *list = (struct connection_list){ 0 };
}

double
connection_list_seconds(uint64_t now, uint64_t ns)
{
    return now > ns ? (double)(now - ns) / 1e9 : 0;
}

const char *
connection_list_reason(const struct row *row)
{
    static const struct {
        enum marker reason;
        const char *name;
    } reasons[] = {
        { MARKER_WAIT_CLIENT, "its client" },
        { MARKER_WAIT_DISK, "a disk" },
        { MARKER_WAIT_TURN, "its turn" },
    };

    for (size_t i = 0; i < COUNT(reasons); i++)
        if (row->reason == reasons[i].reason)
            return reasons[i].name;
    return NULL;
}

double
connection_list_waited(const struct row *row, uint64_t now)
{
    return (double)((uint32_t)(now / 1000000) - row->waits) / 1e3;
}
