/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_range: Range fields: one range, and as many as are allowed by default. Exports its
 * table. Asserts when a field is not taken.
 */
#include <assert.h>

#include "bench.h"
#include "http/range.h"

enum { LENGTH = 3146488, CAPACITY = 16 };

static void
parse(struct bench *bench, struct span value)
{
    struct range ranges[CAPACITY];
    size_t count;

    for (uint64_t i = 0; i < bench->n; i++) {
        enum range_result result = range_parse(value, LENGTH, ranges, CAPACITY, &count);

        assert(result == RANGE_SATISFIABLE);
        bench_keep(ranges[count - 1].last);
    }
}

static void
run_single(struct bench *bench)
{
    parse(bench, SPAN("bytes=1048576-2097151"));
}

static void
run_suffix(struct bench *bench)
{
    parse(bench, SPAN("bytes=-65536"));
}

static void
run_many(struct bench *bench)
{
    parse(bench, SPAN("bytes=0-99,1000-1099,2000-2099,3000-3099,4000-4099,5000-5099,6000-6099,"
                      "7000-7099,8000-8099,9000-9099,10000-10099,11000-11099,12000-12099,"
                      "13000-13099,14000-14099,15000-15099"));
}

const struct benchmark bench_range[] = {
    { "RangeSingle", run_single },
    { "RangeSuffix", run_suffix },
    { "RangeSixteen", run_many },
    { NULL, NULL },
};
