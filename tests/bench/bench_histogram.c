/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_histogram: what a response's numbers cost. Exports its table. */
#include <stddef.h>

#include "bench.h"
#include "shared/histogram.h"

static void
run_add(struct bench *bench)
{
    struct histogram histogram = { 0 };

    for (uint64_t i = 0; i < bench->n; i++)
        histogram_add(&histogram, &histogram_time, i * 977 % 20000000);
    bench_keep(histogram.sum);
}

const struct benchmark bench_histogram[] = {
    { "HistogramAdd", run_add },
    { NULL, NULL },
};
