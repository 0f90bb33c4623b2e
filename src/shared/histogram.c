/* SPDX-License-Identifier: BSD-2-Clause */
/* histogram: pure arithmetic over counters that may lie in shared memory. */
#include "shared/histogram.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

const struct histogram_scale histogram_time = {
    { 25 * US, 50 * US, 100 * US, 250 * US, 500 * US, 1 * MS, 2500 * US, 5 * MS, 10 * MS,
      25 * MS, 100 * MS, 250 * MS, 1 * S, 5 * S, 25 * S, 100 * S }
};

const struct histogram_scale histogram_bytes = {
    { UINT64_C(1) << 8, UINT64_C(1) << 10, UINT64_C(1) << 12, UINT64_C(1) << 14,
      UINT64_C(1) << 16, UINT64_C(1) << 18, UINT64_C(1) << 20, UINT64_C(1) << 22,
      UINT64_C(1) << 24, UINT64_C(1) << 26, UINT64_C(1) << 28, UINT64_C(1) << 30,
      UINT64_C(1) << 32, UINT64_C(1) << 34, UINT64_C(1) << 36, UINT64_C(1) << 38 }
};

unsigned
histogram_bucket(const struct histogram_scale *scale, uint64_t value)
{
    unsigned low = 0;
    unsigned high = HISTOGRAM_BOUNDS;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (value <= scale->bounds[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void
histogram_grow(uint64_t *counter, uint64_t amount)
{
    __atomic_store_n(counter, *counter + amount, __ATOMIC_RELAXED);
}

void
histogram_add(struct histogram *histogram, const struct histogram_scale *scale, uint64_t value)
{
    histogram_grow(&histogram->buckets[histogram_bucket(scale, value)], 1);
    histogram_grow(&histogram->sum, value);
}

void
histogram_sum(struct histogram *total, const struct histogram *histogram)
{
    total->sum += __atomic_load_n(&histogram->sum, __ATOMIC_RELAXED);
    for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++)
        total->buckets[i] += __atomic_load_n(&histogram->buckets[i], __ATOMIC_RELAXED);
}

uint64_t
histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;

    for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++)
        count += __atomic_load_n(&histogram->buckets[i], __ATOMIC_RELAXED);
    return count;
}

void
histogram_subtract(struct histogram *histogram, const struct histogram *earlier)
{
    histogram->sum -= earlier->sum;
    for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++)
        histogram->buckets[i] -= earlier->buckets[i];
}

double
histogram_quantile(const struct histogram *histogram, const struct histogram_scale *scale,
                   double part)
{
    const double wanted = (double)histogram_count(histogram) * part;
    double below = 0;

    if (histogram_count(histogram) == 0)
        return -1;
    for (unsigned i = 0; i < HISTOGRAM_BOUNDS; i++) {
        const double held = (double)histogram->buckets[i];
        const double low = i > 0 ? (double)scale->bounds[i - 1] : 0;

        if (held > 0 && below + held >= wanted)
            return low + ((double)scale->bounds[i] - low) * (wanted - below) / held;
        below += held;
    }
    return (double)scale->bounds[HISTOGRAM_BOUNDS - 1];
}
