/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew: the processes of the observer, one a client, and what is to be put in order when one
 * ends.
 */
#ifndef OBSERVER_CREW_H
#define OBSERVER_CREW_H

#include <stdbool.h>

#include "base/child.h"
#include "observer/view.h"
#include "observer/want.h"

struct crew {
    const struct view *view;
    unsigned clients; /* served at a time */
    unsigned size;    /* places: those, and as many for clients that are turned away */
    unsigned busy;
    struct child *children; /* by place; its pid 0: free */
    struct want *wants;     /* of the first places */
    int lifeline[2];        /* a pipe: children see the end of file when the observer is gone */
};

/* 0 or a negative errno. */
int crew_create(struct crew *crew, const struct view *view) __attribute__((warn_unused_result));

static inline bool
crew_has_room(const struct crew *crew)
{
    return crew->busy < crew->size;
}

/* Forks for a client, if there is room; child_reap() takes notice of its end. Returns 0 in the
 * child, with *want set (NULL: the client is to be turned away); else the process id or a
 * negative errno. */
pid_t crew_fork(struct crew *crew, struct want **want) __attribute__((warn_unused_result));

/* Has all end now, those that don't by force, and waits for them. */
void crew_end(struct crew *crew);

#endif
