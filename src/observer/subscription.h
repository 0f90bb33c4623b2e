/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subscription: which workers are sampling, and for which clients. Kept in shared memory, so
 * that the observer can take back what one of its processes wanted that was killed.
 */
#ifndef OBSERVER_SUBSCRIPTION_H
#define OBSERVER_SUBSCRIPTION_H

#include "observer/scope.h"

struct subscription {
    struct scope scope;
    unsigned begun; /* workers asked so far */
};

/* As many as clients at a time; zeroed, shared by the processes of the observer. NULL with
 * errno. */
struct subscription *subscription_create(unsigned clients) __attribute__((warn_unused_result));

/* Asks the workers; none may have been asked before. */
void subscription_begin(struct subscription *subscription, const struct view *view,
                        const struct scope *scope);

/* Withdraws the requests; does nothing if there are none. Called by the process that made them,
 * or, when that has ended, by any other. */
void subscription_end(struct subscription *subscription, const struct view *view);

#endif
