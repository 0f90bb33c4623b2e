/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: how much CPU time the bytes of each variant take, in the newest generation. A process's
 * CPU time can't be split by what it was spent on; the samples of a CPU profile can.
 */
#ifndef PAGES_COST_H
#define PAGES_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "observer/view.h"

#define COST_VARIANTS 3 /* enum variant */

/* By variant. */
struct cost {
    uint64_t cpu_ns[COST_VARIANTS];
    uint64_t user_ns[COST_VARIANTS]; /* of these; by samples only */
    uint64_t system_ns[COST_VARIANTS];
    uint64_t bytes[COST_VARIANTS]; /* of bodies */
};

/* All time of all workers, whatever it was spent on. False unless all requests were for objects
 * of one variant. */
bool cost_by_process(const struct view *view, struct cost *cost)
    __attribute__((warn_unused_result));

/* The time of samples taken while a worker worked for an object of the variant. False unless
 * samples are taken all the time (`[profile] cpu`), or without memory. */
bool cost_by_samples(const struct view *view, struct cost *cost)
    __attribute__((warn_unused_result));

#endif
