/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exemplar: for each bucket of a histogram, one of the last requests that fell into it, so that
 * a slow one seen in a chart can be found in logs and traces. One process writes, any may read.
 */
#ifndef SHARED_EXEMPLAR_H
#define SHARED_EXEMPLAR_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/histogram.h"

#define EXEMPLAR_ID_MAX 64 /* octets of an identifier */

struct exemplar {
    uint32_t version; /* odd while it is written; 0: none yet */
    uint64_t since;   /* ns of CLOCK_MONOTONIC */
    uint64_t at;      /* the same moment, ns since the epoch */
    uint64_t value;
    char id[EXEMPLAR_ID_MAX + 1]; /* with the terminating NUL */
};

struct exemplars {
    struct exemplar buckets[HISTOGRAM_BOUNDS + 1];
};

/* For the only writer: remembers a value, unless the exemplar of its bucket is less than a
 * second old. now: ns of CLOCK_MONOTONIC; id: at most EXEMPLAR_ID_MAX octets; if empty, does
 * nothing. */
void exemplar_add(struct exemplars *exemplars, const struct histogram_scale *scale,
                  uint64_t value, uint64_t now, const char *id);

/* Copies the exemplar of a bucket. False: there is none, or it changes too often. Removes from
 * the identifier all but printable ASCII, because the writer can't be trusted. */
bool exemplar_take(const struct exemplars *exemplars, unsigned bucket, struct exemplar *copy)
    __attribute__((warn_unused_result));

#endif
