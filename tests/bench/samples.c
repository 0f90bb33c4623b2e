/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * samples: the latencies of one group of connections.
 *
 * Exports samples_add(), samples_sort(), samples_percentile(), samples_mean() and
 * samples_stdev(). Lack of memory is fatal.
 * Weakness: 4 bytes a request; a run of some minutes with small responses takes 100 MB.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "samples.h"

void
samples_add(struct samples *samples, uint32_t microseconds)
{
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity ? 2 * samples->capacity : 4096;
        samples->at = reallocarray(samples->at, samples->capacity, sizeof(*samples->at));
        if (!samples->at) {
            perror("samples");
            exit(1);
        }
    }
    samples->at[samples->count++] = microseconds;
}

static int
compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

void
samples_sort(struct samples *samples)
{
    if (samples->count > 1)
        qsort(samples->at, samples->count, sizeof(*samples->at), compare);
}

uint32_t
samples_percentile(const struct samples *samples, double percent)
{
    double rank = (double)samples->count * percent / 100;
    size_t index = (size_t)rank;

    if (samples->count == 0)
        return 0;
    if (index > 0 && (double)index >= rank)
        index--;
    return samples->at[index < samples->count ? index : samples->count - 1];
}

double
samples_mean(const struct samples *samples)
{
    double sum = 0;

    for (size_t i = 0; i < samples->count; i++)
        sum += samples->at[i];
    return samples->count > 0 ? sum / (double)samples->count : 0;
}

double
samples_stdev(const struct samples *samples)
{
    double mean = samples_mean(samples), squares = 0;

    for (size_t i = 0; i < samples->count; i++)
        squares += (samples->at[i] - mean) * (samples->at[i] - mean);
    return samples->count > 0 ? sqrt(squares / (double)samples->count) : 0;
}
