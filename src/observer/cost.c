/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: see cost.h. Nothing here is fatal. Known weakness: samples for whose stacks there was
 * no room have no label, and are in no variant's time.
 */
#include "observer/cost.h"

#include <stdlib.h>

#include "observer/exposition.h"
#include "observer/totals.h"

#define NS         1e9 /* a second's */
#define TOTAL      "tiffd_variant_cpu_seconds_total"
#define PER_BYTE   "tiffd_variant_cpu_seconds_per_byte"
#define NUMBER_MAX 16

static enum variant
variant_of(const struct view *view, size_t object)
{
    return view->catalogue->objects[object].asset->variant;
}

static void
add_bytes(const struct view *view, struct cost *cost)
{
    for (unsigned i = 0; i < view->catalogue->count; i++)
        cost->bytes[variant_of(view, i)] += totals_own_object(view, i).bytes;
}

bool
cost_by_process(const struct view *view, struct cost *cost)
{
    enum variant variant = VARIANT_CACHED;
    unsigned asked = 0; /* bits */

    *cost = (struct cost){ 0 };
    for (unsigned i = 0; i < view->catalogue->count; i++)
        if (totals_own_object(view, i).requests > 0) {
            variant = variant_of(view, i);
            asked |= 1u << variant;
        }
    if (asked == 0 || (asked & (asked - 1)) != 0)
        return false;
    add_bytes(view, cost);
    cost->cpu_ns[variant] = totals_own_cpu(view);
    return true;
}

/* Labels are numbers of objects, plus 1. */
static bool
add_samples(const struct view *view, unsigned worker, struct cost *cost)
{
    struct stacks *stacks = stacks_copy(sampler_stacks(tables_cpu(view->tables, worker)));
    const struct stacks_record *record;
    size_t place = 0;

    if (stacks == NULL)
        return false;
    while ((record = stacks_next(stacks, &place)) != NULL)
        if (record->label > 0 && record->label <= view->catalogue->count)
            cost->cpu_ns[variant_of(view, record->label - 1)] += record->values[SAMPLER_NS];
    free(stacks);
    return true;
}

bool
cost_by_samples(const struct view *view, struct cost *cost)
{
    *cost = (struct cost){ 0 };
    if (view->config->profile.cpu == NULL)
        return false;
    for (unsigned i = 0; i < view->tables->workers; i++)
        if (!add_samples(view, i, cost))
            return false;
    add_bytes(view, cost);
    return true;
}

/* --- for Prometheus ----------------------------------------------------------------------- */

static void
write_ratios(FILE *out, const struct cost *cost, const char *by)
{
    for (enum variant i = 0; i < COST_VARIANTS; i++) {
        const struct exposition_label labels[] = { { "variant", config_variant_name(i) },
                                                   { "by", by },
                                                   { NULL, NULL } };

        if (cost->bytes[i] > 0)
            exposition_sample(out, PER_BYTE, labels,
                              (double)cost->cpu_ns[i] / NS / (double)cost->bytes[i]);
    }
}

static void
write_times(FILE *out, const struct cost *cost, unsigned generation)
{
    char number[NUMBER_MAX];

    snprintf(number, sizeof(number), "%u", generation);
    exposition_family(out, TOTAL, "counter",
                      "CPU time of samples taken while a worker worked for an object of the "
                      "variant. Absent without [profile] cpu.");
    for (enum variant i = 0; i < COST_VARIANTS; i++) {
        const struct exposition_label labels[] = { { "generation", number },
                                                   { "variant", config_variant_name(i) },
                                                   { NULL, NULL } };

        exposition_sample(out, TOTAL, labels, (double)cost->cpu_ns[i] / NS);
    }
}

void
cost_write(FILE *out, const struct view *view)
{
    struct cost process;
    struct cost samples;
    const bool by_process = cost_by_process(view, &process);
    const bool by_samples = cost_by_samples(view, &samples);

    if (by_samples)
        write_times(out, &samples, view->generation);
    if (!by_process && !by_samples)
        return;
    exposition_family(out, PER_BYTE, "gauge",
                      "CPU time by bytes of bodies sent, of this generation; times 1e9: of a "
                      "gigabyte. By process: all time of its workers; absent unless all "
                      "requests were for one variant. By samples: only what was spent on "
                      "answers; absent without [profile] cpu.");
    if (by_process)
        write_ratios(out, &process, "process");
    if (by_samples)
        write_ratios(out, &samples, "samples");
}
