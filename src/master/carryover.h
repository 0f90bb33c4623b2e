/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carryover: what generations that have ended have counted of sections. Each continues
 * at the same path and in the same variant; what has no successor there is lost.
 */
#ifndef MASTER_CARRYOVER_H
#define MASTER_CARRYOVER_H

#include "shared/shared.h"

/* Begins zeroed. */
struct carryover {
    struct slot_counters *counters; /* by section */
    struct slot_timing *timings;    /* likewise */
};

/* For a generation. 0 or -ENOMEM. */
int carryover_create(struct carryover *carryover, const struct shared *successor)
    __attribute__((warn_unused_result));
void carryover_free(struct carryover *carryover);

/* Adds what the generation before was left. */
void carryover_add(struct carryover *carryover, const struct shared *successor,
                   const struct shared *previous, const struct carryover *left);

/* Adds what all workers of a generation have counted. */
void carryover_add_workers(struct carryover *carryover, const struct shared *successor,
                           const struct shared *from);

#endif
