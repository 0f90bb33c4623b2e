/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carryover: what generations that have ended have counted of sections. Each goes on
 * at the same path and in the same variant; what has no heir there is lost.
 */
#ifndef MASTER_BEQUEST_H
#define MASTER_BEQUEST_H

#include "shared/shared.h"

/* Begins zeroed. */
struct bequest {
    struct slot_counters *counters; /* by section */
    struct slot_timing *timings;    /* likewise */
};

/* For a generation. 0 or -ENOMEM. */
int bequest_create(struct bequest *bequest, const struct shared *heir)
    __attribute__((warn_unused_result));
void bequest_free(struct bequest *bequest);

/* Adds what the generation before was left. */
void bequest_add(struct bequest *bequest, const struct shared *heir,
                 const struct shared *previous, const struct bequest *left);

/* Adds what all workers of a generation have counted. */
void bequest_add_workers(struct bequest *bequest, const struct shared *heir,
                         const struct shared *from);

#endif
