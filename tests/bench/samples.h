/* SPDX-License-Identifier: BSD-2-Clause */
/* samples: every latency of a run, kept so that percentiles are exact. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Begins zeroed. */
struct samples {
    uint32_t *at; /* microseconds */
    size_t count;
    size_t capacity;
};

/* Ends the program when there is no memory. */
void samples_add(struct samples *samples, uint32_t microseconds);

/* After the last samples_add(): puts them in order for samples_percentile(). */
void samples_sort(struct samples *samples);

/* The smallest sample that at least percent of the samples do not exceed; 0 without samples. */
uint32_t samples_percentile(const struct samples *samples, double percent);

/* The mean and the standard deviation; 0 without samples. */
double samples_mean(const struct samples *samples);
double samples_stdev(const struct samples *samples);

#endif
