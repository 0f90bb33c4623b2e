/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_table: the processes of the observer, one per client, and the cleanup when one ends.
 *
 * There are more slots than seats (seat.h). A client that has no seat is reading its request,
 * is sent something short or is slow to take it. When all slots are taken the one that has
 * been there longest is ended for the next, so clients that are silent or slow can't keep
 * others waiting.
 */
#ifndef OBSERVER_CLIENT_TABLE_H
#define OBSERVER_CLIENT_TABLE_H

#include <stdbool.h>

#include "base/child.h"
#include "observer/seat.h"
#include "observer/subscription.h"
#include "observer/view.h"

#define CLIENT_TABLE_SPARE 32 /* processes at a time, besides those that have a seat */

struct client_slot {
    struct child child; /* its pid 0: free */
    uint64_t since;     /* ms on clock.h's clock */
    bool ended;         /* it was, for another client */
};

struct client_table {
    const struct view *view;
    struct seats seats;
    unsigned size; /* slots */
    unsigned busy;
    unsigned leaving; /* slots whose process was ended and is not gone yet */
    struct client_slot *slots;
    struct subscription *subscriptions; /* by slot */
    int lifeline[2]; /* a pipe: children see the end of file when the observer is gone */
    int drain[2];    /* the same when it drains; the second is -1 then */
};

/* 0 or a negative errno. */
int client_table_create(struct client_table *table, const struct view *view)
    __attribute__((warn_unused_result));

static inline bool
client_table_has_slot(const struct client_table *table)
{
    return table->busy < table->size;
}

/* How long until client_table_evict() can free a slot: ms; 0: now; UINT64_MAX: somebody has to
 * leave first. */
uint64_t client_table_patience(const struct client_table *table);

/* Ends a process, when client_table_patience() is 0. There is a slot once child_reap() has met
 * it. */
void client_table_evict(struct client_table *table);

/* Forks for a client, if there is a slot; child_reap() takes notice of its end. Returns 0 in
 * the child, with the number of its slot; else the process id or a negative errno. */
pid_t client_table_fork(struct client_table *table, unsigned *number)
    __attribute__((warn_unused_result));

/* The owner that the process in a slot is in table->seats. */
static inline uint32_t
client_table_owner(unsigned slot)
{
    return slot + 1;
}

/* Has clients send what they are about to send soon (peer.h). */
void client_table_drain(struct client_table *table);

/* Ends all processes, by force if necessary, waits for them, and frees the table. */
void client_table_end(struct client_table *table);

#endif
