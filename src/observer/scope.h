/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scope: the workers that a page is about: one of the newest generation, or all, including
 * those of older generations that still drain.
 */
#ifndef OBSERVER_SCOPE_H
#define OBSERVER_SCOPE_H

#include "observer/view.h"
#include "profile/profile.h"

#define SCOPE_ALL (-1) /* in place of a worker: all of them */

struct scope {
    unsigned first; /* worker of the newest generation */
    unsigned count;
    unsigned generations; /* from the newest on; of the others all workers */
};

/* worker: SCOPE_ALL or one that there is. */
struct scope scope_of(const struct view *view, int worker);

/* The worker with this number among all of the scope, and its generation; NULL: there are no
 * more. */
const struct view *scope_worker(const struct scope *scope, const struct view *newest,
                                unsigned number, unsigned *worker);

/* How many workers are in it; 0 when it is none that scope_of() would return for this view, as
 * can be where another process wrote it. */
unsigned scope_size(const struct scope *scope, const struct view *newest);

/* What their tables hold. The parts are in the same order each time. NULL without memory. */
struct profile *scope_take(const struct scope *scope, const struct view *view,
                           enum profile_kind kind) __attribute__((warn_unused_result));

#endif
