/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loading: the master's side of the loader: begins it, takes what it hands over, and tells how
 * it ended. It is the first part of a generation's startup, and never waits.
 */
#ifndef MASTER_LOADING_H
#define MASTER_LOADING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/child.h"
#include "master/generation.h"

struct spawn_resources;

struct loading {
    struct child child;            /* the loader */
    int socket;                    /* the master's end; -1: none */
    struct generation *generation; /* whose objects are loaded; NULL: none */
    const struct catalogue *previous;
    size_t missing; /* objects that it has not handed over */
    bool ended;     /* its process has, with this status */
    int status;
    char problem[GENERATION_REASON_SIZE]; /* with what came from it; "": none */
};

/* The generation's objects are to be loaded; previous is that before, or NULL. changed: only
 * those of these sections, by number, and the others are kept; NULL: all. What goes wrong is
 * told by loading_over(). */
void loading_begin(struct loading *loading, struct generation *generation,
                   const struct generation *previous, const bool *changed,
                   const struct spawn_resources *resources);

/* Takes what there is. True: it is over, with a reason ("": all objects are there). */
bool loading_over(struct loading *loading, char reason[static GENERATION_REASON_SIZE]);

/* When that is to be asked without an event: 1, in the past, or 0, never. */
uint64_t loading_next(const struct loading *loading);

/* It is no longer needed, or over: ends the process if there still is one. */
void loading_end(struct loading *loading, const struct spawn_resources *resources);

#endif
