/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * histogram: how values are spread over fixed buckets. One process adds, any may read. The
 * bounds are powers of two or nearly so, chosen once, so that histograms of all workers and all
 * times can be added up.
 */
#ifndef SHARED_HISTOGRAM_H
#define SHARED_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 16

/* What the buckets of a histogram hold: bucket i values up to bounds[i], the last one all
 * above. */
struct histogram_scale {
    uint64_t bounds[HISTOGRAM_BOUNDS]; /* ascending */
};

extern const struct histogram_scale histogram_time;  /* ns: 25 us to 100 s */
extern const struct histogram_scale histogram_bytes; /* 256 B to 256 GiB */

struct histogram {
    uint64_t sum;
    uint64_t buckets[HISTOGRAM_BOUNDS + 1];
};

/* Which bucket a value falls into. */
unsigned histogram_bucket(const struct histogram_scale *scale, uint64_t value);

/* For the one writer. Readers see whole numbers, not a consistent set of them. */
void histogram_add(struct histogram *histogram, const struct histogram_scale *scale,
                   uint64_t value);

/* Adds one to another; total is private to the caller. */
void histogram_sum(struct histogram *total, const struct histogram *histogram);

/* What has been added since an earlier copy of the same histogram. */
void histogram_subtract(struct histogram *histogram, const struct histogram *earlier);

/* How many values there are in all. */
uint64_t histogram_count(const struct histogram *histogram);

/* The value that a part of all values (0 to 1) does not exceed, as if those of each bucket were
 * spread evenly; the last bound for those above it. Negative: there are no values. */
double histogram_quantile(const struct histogram *histogram,
                          const struct histogram_scale *scale, double part);

#endif
