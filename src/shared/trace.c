/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace: writing to the ring and reading it. Readers trust nothing in the ring; its size comes
 * from the caller, who reserved the memory.
 */
#include "shared/trace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char *const names[TRACE_KINDS] = {
    [TRACE_ACCEPT] = "accept",
    [TRACE_TAKE] = "take",
    [TRACE_GIVE] = "give",
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
    [TRACE_START] = "start",
    [TRACE_GAP] = "overwritten",
};

const char *
trace_kind_name(enum trace_kind kind)
{
    return kind < TRACE_KINDS ? names[kind] : "unknown";
}

static const struct trace_argument arguments[TRACE_KINDS] = {
    [TRACE_GIVE] = { "worker", TRACE_FORM_NUMBER },
    [TRACE_HEAD] = { "id", TRACE_FORM_HEX },
    [TRACE_ROUTE] = { "status", TRACE_FORM_ROUTE },
    [TRACE_TURN_END] = { "bytes", TRACE_FORM_AMOUNT },
    [TRACE_DONE] = { "responses", TRACE_FORM_AMOUNT },
    [TRACE_TIMER] = { "state", TRACE_FORM_STATE },
    [TRACE_SIGNAL] = { "signal", TRACE_FORM_NUMBER },
    [TRACE_START] = { "pid", TRACE_FORM_NUMBER },
    [TRACE_GAP] = { "events", TRACE_FORM_AMOUNT },
};

struct trace_argument
trace_argument(enum trace_kind kind)
{
    return kind < TRACE_KINDS ? arguments[kind] : (struct trace_argument){ 0 };
}

/* Rounds up to a power of two, so that the position in the ring needs no division. */
static uint64_t
trace_capacity(unsigned events)
{
    uint64_t count = events == 0 ? 0 : 2;

    while (count < events)
        count *= 2;
    return count;
}

size_t
trace_size(unsigned events)
{
    return sizeof(struct trace) + trace_capacity(events) * sizeof(struct trace_event);
}

void
trace_init(struct trace *trace, unsigned events)
{
    trace->mask = events == 0 ? 0 : trace_capacity(events) - 1;
}

void
trace_adopt(struct trace *trace, unsigned events)
{
    trace_init(trace, events);
    if (events > 0)
        (void)madvise(trace, trace_size(events), MADV_POPULATE_WRITE);
}

static bool
trace_reserve(struct trace_copy *copy, size_t more)
{
    size_t capacity =
        2 * copy->capacity > copy->count + more ? 2 * copy->capacity : copy->count + more;
    struct trace_event *events;

    if (copy->capacity - copy->count >= more)
        return true;
    if ((events = reallocarray(copy->events, capacity, sizeof(*events))) == NULL)
        return false;
    copy->events = events;
    copy->capacity = capacity;
    return true;
}

/* The first event that is certainly intact: during the copy, the writer may have wrapped around
 * and be writing the event after the last one it has counted. */
static uint64_t
oldest_intact(const struct trace *trace, uint64_t size)
{
    uint64_t next;

    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* orders the copy before the count */
    next = trace_written(trace) + 1;
    return next > size ? next - size : 0;
}

/* Appends events that are stored further back in the copy's memory. */
static void
trace_append(struct trace_copy *copy, const struct trace_event *events, uint64_t count,
             uint64_t missed)
{
    if (missed > 0)
        copy->events[copy->count++] =
            (struct trace_event){ .ns = count > 0 ? events->ns : 0,
                                  .argument = missed & 0xffffffffffffff,
                                  .kind = TRACE_GAP };
    memmove(copy->events + copy->count, events, count * sizeof(*events));
    copy->count += count;
}

int
trace_take(const struct trace *trace, unsigned events, uint64_t *since, struct trace_copy *copy)
{
    const uint64_t size = trace_capacity(events);
    const uint64_t end = trace_written(trace);
    const uint64_t begin = end - *since > size ? end - size : *since;
    struct trace_event *added;
    uint64_t oldest;

    if (size == 0 || *since >= end)
        return 0;
    if (!trace_reserve(copy, end - begin + 1))
        return -ENOMEM;
    added = copy->events + copy->count + 1; /* leaves space for a gap */
    for (uint64_t i = begin; i < end; i++)
        added[i - begin] = trace->events[i & (size - 1)];
    oldest = oldest_intact(trace, size);
    oldest = oldest < begin ? begin : oldest > end ? end : oldest;
    trace_append(copy, added + (oldest - begin), end - oldest, oldest - *since);
    *since = end;
    return 0;
}

void
trace_free(struct trace_copy *copy)
{
    free(copy->events);
    *copy = (struct trace_copy){ 0 };
}
