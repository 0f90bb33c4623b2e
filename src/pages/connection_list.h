/* SPDX-License-Identifier: BSD-2-Clause */
/* connection_list: copies of the rows that workers keep of their connections. A worker that is
 * stuck or stopped need not do anything for it. */
#ifndef PAGES_CONNECTION_LIST_H
#define PAGES_CONNECTION_LIST_H

#include <stddef.h>

#include "observer/view.h"
#include "shared/rows.h"

struct connection_entry {
    const struct view *view;
    unsigned worker;
    struct row row;
};

struct connection_list {
    struct connection_entry *items; /* by worker */
    size_t count;
    size_t capacity;
};

/* worker: SCOPE_ALL or one that there is. 0 or -ENOMEM. */
int connection_list_take(const struct view *view, int worker, struct connection_list *list)
    __attribute__((warn_unused_result));
void connection_list_free(struct connection_list *list);

/* From a moment in ns until now; 0 if it is still to come. */
double connection_list_seconds(uint64_t now, uint64_t ns);

/* What a connection waits for, and for how many seconds so far; NULL: it does not. */
const char *connection_list_reason(const struct row *row);
double connection_list_waited(const struct row *row, uint64_t now);

#endif
