/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * want: which workers are asked for samples, and on whose behalf. Kept in shared memory, so
 * that the observer can take back what one of its processes wanted that was killed.
 */
#ifndef OBSERVER_WANT_H
#define OBSERVER_WANT_H

#include "observer/scope.h"

struct want {
    struct scope scope;
    unsigned begun; /* workers asked so far */
};

/* As many as clients at a time; zeroed, shared by the processes of the observer. NULL with
 * errno. */
struct want *want_create(unsigned clients) __attribute__((warn_unused_result));

/* Asks the workers; nobody is asked before. */
void want_begin(struct want *want, const struct view *view, const struct scope *scope);

/* Asks no more; does nothing if nobody is asked. By the process that began, or, once that is
 * gone, by any other. */
void want_end(struct want *want, const struct view *view);

#endif
