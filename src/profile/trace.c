/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace: the ring's shape and its readers. A reader trusts nothing in the ring: its size comes
 * from the caller, who reserved the memory.
 */
#include "profile/trace.h"

#include <errno.h>
#include <stdlib.h>

static const char *const names[TRACE_KINDS] = {
    [TRACE_ACCEPT] = "accept",
    [TRACE_HEAD] = "head",
    [TRACE_ROUTE] = "route",
    [TRACE_FIRST_BYTE] = "first byte",
    [TRACE_TURN] = "turn",
    [TRACE_TURN_END] = "turn end",
    [TRACE_WOULD_BLOCK] = "would block",
    [TRACE_RESUME] = "resume",
    [TRACE_READ] = "read",
    [TRACE_READ_END] = "read end",
    [TRACE_DONE] = "done",
    [TRACE_RESET] = "reset",
    [TRACE_CLOSE] = "close",
    [TRACE_TIMER] = "timer",
    [TRACE_SIGNAL] = "signal",
};

const char *
trace_kind_name(enum trace_kind kind)
{
    return kind < TRACE_KINDS ? names[kind] : "unknown";
}

/* A power of two, so that a place in the ring costs no division. */
static uint64_t
places(unsigned events)
{
    uint64_t count = events == 0 ? 0 : 2;

    while (count < events)
        count *= 2;
    return count;
}

size_t
trace_size(unsigned events)
{
    return sizeof(struct trace) + places(events) * sizeof(struct trace_event);
}

void
trace_init(struct trace *trace, unsigned events)
{
    trace->mask = events == 0 ? 0 : places(events) - 1;
}

int
trace_take(const struct trace *trace, unsigned events, uint64_t since, struct trace_copy *copy)
{
    const uint64_t size = places(events);
    const uint64_t end = trace_written(trace);
    uint64_t begin = end - since > size ? end - size : since;
    uint64_t oldest;

    *copy = (struct trace_copy){ 0 };
    if (size == 0 || since >= end)
        return 0;
    if ((copy->events = calloc(end - begin, sizeof(*copy->events))) == NULL)
        return -ENOMEM;
    for (uint64_t i = begin; i < end; i++)
        copy->events[copy->count++] = trace->events[i & (size - 1)];
    /* The writer may be in the middle of the place after the last it has counted. */
    oldest = trace_written(trace) + 1;
    oldest = oldest > size ? oldest - size : 0;
    copy->lost = oldest > begin ? oldest - begin : 0;
    if (copy->lost > copy->count)
        copy->lost = copy->count;
    return 0;
}

void
trace_free(struct trace_copy *copy)
{
    free(copy->events);
    *copy = (struct trace_copy){ 0 };
}
