/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subscription: the workers of a scope have an order, so one number tells which of them were
 * asked. If a process is killed between the request and the count, one worker keeps taking
 * samples that are not used, which costs little.
 */
#include "observer/subscription.h"

#include <stdbool.h>

#include "base/shmem.h"
#include "profile/sampler.h"

struct subscription *
subscription_create(unsigned clients)
{
    return shmem_map(clients * sizeof(struct subscription));
}

static bool
ask(const struct subscription *subscription, const struct view *newest, unsigned number,
    bool wanted)
{
    unsigned worker;
    const struct view *view = scope_worker(&subscription->scope, newest, number, &worker);

    if (view == NULL)
        return false;
    sampler_request(tables_cpu(view->shared->tables, worker),
                    roster_pid(view->shared->roster, worker), wanted);
    return true;
}

void
subscription_begin(struct subscription *subscription, const struct view *view,
                   const struct scope *scope)
{
    subscription->scope = *scope;
    while (ask(subscription, view, subscription->begun, true))
        __atomic_store_n(&subscription->begun, subscription->begun + 1, __ATOMIC_SEQ_CST);
}

/* A process that was taken over may have left anything here. */
void
subscription_end(struct subscription *subscription, const struct view *view)
{
    struct subscription mine = *subscription;

    if (mine.begun > scope_size(&mine.scope, view))
        mine.begun = 0;
    while (mine.begun > 0) {
        (void)ask(&mine, view, --mine.begun, false);
        __atomic_store_n(&subscription->begun, mine.begun, __ATOMIC_SEQ_CST);
    }
    subscription->begun = 0;
}
