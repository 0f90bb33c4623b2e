/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_trace: what noting an event costs, with the clock and without. Exports its table. */
#include <stdlib.h>

#include "bench.h"
#include "shared/trace.h"

#define EVENTS 16384

static void
run(struct bench *bench, unsigned events, uint64_t (*now)(void))
{
    struct trace *trace = calloc(1, trace_size(EVENTS));

    if (trace == NULL)
        abort();
    trace_init(trace, events);
    bench_reset();
    for (uint64_t i = 0; i < bench->n; i++)
        trace_add(trace, now ? now() : i, TRACE_TURN, (uint32_t)i, 1, 0);
    bench_keep(trace_written(trace));
    free(trace);
}

static void
run_add(struct bench *bench)
{
    run(bench, EVENTS, NULL);
}

static void
run_add_timed(struct bench *bench)
{
    run(bench, EVENTS, trace_now);
}

static void
run_off(struct bench *bench)
{
    run(bench, 0, NULL);
}

const struct benchmark bench_trace[] = {
    { "TraceAdd", run_add },
    { "TraceAddTimed", run_add_timed },
    { "TraceOff", run_off },
    { NULL, NULL },
};
