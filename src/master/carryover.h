/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carryover: the counters of sections that generations which have ended carry over to the next
 * one: to the section with the same path and variant, if there is one.
 */
#ifndef MASTER_CARRYOVER_H
#define MASTER_CARRYOVER_H

#include "shared/shared.h"

/* Begins zeroed. */
struct carryover {
    struct slot_counters *counters; /* by section */
    struct slot_timing *timings;    /* by section */
};

/* For a generation. 0 or -ENOMEM. */
int carryover_create(struct carryover *carryover, const struct shared *successor)
    __attribute__((warn_unused_result));
void carryover_free(struct carryover *carryover);

/* Adds what was carried over to the previous generation. */
void carryover_add(struct carryover *carryover, const struct shared *successor,
                   const struct shared *previous, const struct carryover *left);

/* Adds what all workers of a generation have counted. */
void carryover_add_workers(struct carryover *carryover, const struct shared *successor,
                           const struct shared *from);

#endif
