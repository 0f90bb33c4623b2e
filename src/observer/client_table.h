/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_table: the processes of the observer, one a client, and what is to be put in order
 * when one ends.
 */
#ifndef OBSERVER_CLIENT_TABLE_H
#define OBSERVER_CLIENT_TABLE_H

#include <stdbool.h>

#include "base/child.h"
#include "observer/subscription.h"
#include "observer/view.h"

struct client_table {
    const struct view *view;
    unsigned clients; /* served at a time */
    unsigned size;    /* places: those, and as many for clients that are turned away */
    unsigned busy;
    struct child *children;             /* by place; its pid 0: free */
    struct subscription *subscriptions; /* of the first places */
    int lifeline[2]; /* a pipe: children see the end of file when the observer is gone */
};

/* 0 or a negative errno. */
int client_table_create(struct client_table *table, const struct view *view)
    __attribute__((warn_unused_result));

static inline bool
client_table_has_place(const struct client_table *table)
{
    return table->busy < table->size;
}

/* Forks for a client, if there is space; child_reap() takes notice of its end. Returns 0 in the
 * child, with *subscription set (NULL: the client is to be turned away); else the process id or
 * a negative errno. */
pid_t client_table_fork(struct client_table *table, struct subscription **subscription)
    __attribute__((warn_unused_result));

/* Has all end now, those that don't by force, and waits for them. */
void client_table_end(struct client_table *table);

#endif
