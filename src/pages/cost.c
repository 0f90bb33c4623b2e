/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: see cost.h. Nothing here is fatal. Known weakness: samples for whose stacks there was
 * no space have no label, and are in no variant's time.
 */
#include "pages/cost.h"

#include <stdlib.h>

#include "pages/totals.h"
#include "profile/sampler.h"
#include "profile/stacks.h"

static enum variant
variant_of(const struct view *view, size_t section)
{
    return view->shared->config->assets[section].variant;
}

static void
add_bytes(const struct view *view, struct cost *cost)
{
    for (unsigned i = 0; i < view->shared->config->asset_count; i++)
        cost->bytes[variant_of(view, i)] += totals_own_counters(view, i).bytes;
}

bool
cost_by_process(const struct view *view, struct cost *cost)
{
    enum variant variant = VARIANT_CACHED;
    unsigned asked = 0; /* bits */

    *cost = (struct cost){ 0 };
    for (unsigned i = 0; i < view->shared->config->asset_count; i++)
        if (totals_own_counters(view, i).requests > 0) {
            variant = variant_of(view, i);
            asked |= 1u << variant;
        }
    if (asked == 0 || (asked & (asked - 1)) != 0)
        return false;
    add_bytes(view, cost);
    cost->cpu_ns[variant] = totals_own_cpu(view).all_ns;
    return true;
}

static void
add_record(struct cost *cost, enum variant variant, const uint64_t *values)
{
    cost->cpu_ns[variant] += values[SAMPLER_NS];
    cost->user_ns[variant] += values[SAMPLER_USER_NS];
    cost->system_ns[variant] += values[SAMPLER_SYSTEM_NS];
}

/* Labels are numbers of sections, plus 1. */
static bool
add_samples(const struct view *view, unsigned worker, struct cost *cost)
{
    struct stacks *stacks =
        stacks_copy(sampler_stacks(tables_cpu(view->shared->tables, worker)));
    const struct stacks_record *record;
    size_t place = 0;

    if (stacks == NULL)
        return false;
    while ((record = stacks_next(stacks, &place)) != NULL)
        if (record->label > 0 && record->label <= view->shared->config->asset_count)
            add_record(cost, variant_of(view, record->label - 1), record->values);
    free(stacks);
    return true;
}

bool
cost_by_samples(const struct view *view, struct cost *cost)
{
    *cost = (struct cost){ 0 };
    if (view->shared->config->profile.cpu == NULL)
        return false;
    for (unsigned i = 0; i < view->shared->tables->workers; i++)
        if (!add_samples(view, i, cost))
            return false;
    add_bytes(view, cost);
    return true;
}
