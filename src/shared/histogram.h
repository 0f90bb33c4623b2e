/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * histogram: counts values in fixed buckets. One process adds, any process may read. The bounds
 * are powers of two, or close to them, and never change, so that histograms of all workers and
 * times can be added.
 */
#ifndef SHARED_HISTOGRAM_H
#define SHARED_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 16

/* Bucket i counts values up to bounds[i] and above the bound before; the last bucket counts all
 * larger ones. */
struct histogram_scale {
    uint64_t bounds[HISTOGRAM_BOUNDS]; /* ascending */
};

extern const struct histogram_scale histogram_time;  /* ns: 25 us to 100 s */
extern const struct histogram_scale histogram_bytes; /* 256 B to 256 GiB */

struct histogram {
    uint64_t sum;
    uint64_t buckets[HISTOGRAM_BOUNDS + 1];
};

/* The bucket of a value. */
unsigned histogram_bucket(const struct histogram_scale *scale, uint64_t value);

/* For the only writer. Each count that a reader sees is whole, but the counts may not be
 * consistent with each other. */
void histogram_add(struct histogram *histogram, const struct histogram_scale *scale,
                   uint64_t value);

/* Adds histogram to total, which is private to the caller. */
void histogram_sum(struct histogram *total, const struct histogram *histogram);

/* Leaves what was added since an earlier copy of the same histogram. */
void histogram_subtract(struct histogram *histogram, const struct histogram *earlier);

/* The number of all values. */
uint64_t histogram_count(const struct histogram *histogram);

/* The value that the given fraction (0 to 1) of all values does not exceed; interpolates within
 * a bucket and returns the last bound for larger values. Negative: there are no values. */
double histogram_quantile(const struct histogram *histogram,
                          const struct histogram_scale *scale, double part);

#endif
