/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chrome: turns events into nested spans, which all three viewers can draw: turns in the loop's
 * lane, one after the other, and in a connection's lane its requests and their waits. It sorts
 * the events by lane and replays each lane. Pipelined requests whose responses are sent
 * together end together.
 */
#include "format/chrome.h"

#include <inttypes.h>
#include <stdio.h>

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

#include "format/event.h"
#include "shared/rows.h"

#define LOOP 0 /* the lane of the worker itself; connections count from 1 */

/* The worker itself or one connection, and the state of its replay. */
struct lane {
    struct event_stream *stream;
    const struct label_names *labels;
    struct event_window window; /* of the events; spans that extend beyond it are cut */
    uint32_t number;
    const struct trace_event *const *events;
    size_t count;
    size_t at;                       /* index of the current event */
    size_t responses;                /* requests before it have got their responses */
    bool carried;                    /* a response was in progress before the first event */
    const struct trace_event *waits; /* began a wait that has not ended; NULL: none */
};

/* --- what events are ---------------------------------------------------------------------- */

static json_t *
number(uint64_t argument)
{
    return json_integer((json_int_t)argument);
}

static const struct shape {
    const char *span; /* name of the span that begins or ends */
    bool inside;      /* occurs only while a response is in progress */
} shapes[TRACE_KINDS] = {
    [TRACE_ROUTE] = { .inside = true },
    [TRACE_FIRST_BYTE] = { .inside = true },
    [TRACE_TURN] = { .span = "turn" },
    [TRACE_TURN_END] = { .span = "turn" },
    [TRACE_WOULD_BLOCK] = { .span = "stall", .inside = true },
    [TRACE_RESUME] = { .span = "stall", .inside = true },
    [TRACE_READ] = { .span = "read", .inside = true },
    [TRACE_READ_END] = { .span = "read", .inside = true },
    [TRACE_DONE] = { .inside = true },
    [TRACE_RESET] = { .inside = true },
};

static json_t *
hexadecimal(uint64_t argument)
{
    char text[17];

    snprintf(text, sizeof(text), "%014" PRIx64, argument);
    return json_string(text);
}

static json_t *
chrome_value_of(const struct trace_event *event, enum trace_form form)
{
    if (form == TRACE_FORM_STATE)
        return json_string(rows_state_name((enum row_state)event->argument));
    if (form == TRACE_FORM_HEX)
        return hexadecimal(event->argument);
    if (form == TRACE_FORM_ROUTE)
        return number(trace_route_status(event->argument));
    return number(event->argument);
}

static json_t *
arguments_of(const struct trace_event *event)
{
    const struct trace_argument argument = trace_argument(event->kind);
    json_t *arguments = json_pack("{s:I}", "connection", (json_int_t)event->connection);

    if (event->request != 0)
        json_object_set_new(arguments, "request", number(event->request));
    if (argument.name && (argument.form != TRACE_FORM_HEX || event->argument != 0))
        json_object_set_new(arguments, argument.name, chrome_value_of(event, argument.form));
    return arguments;
}

static uint32_t
lane_of(const struct trace_event *event)
{
    bool turn = event->kind == TRACE_TURN || event->kind == TRACE_TURN_END;

    return turn ? LOOP : event->connection;
}

/* --- what events do ----------------------------------------------------------------------- */

static void
chrome_nothing(struct lane *lane, const struct trace_event *event)
{
    (void)lane;
    (void)event;
}

static void
instant(struct lane *lane, const struct trace_event *event)
{
    event_instant(lane->stream, lane->number, trace_kind_name(event->kind), event->ns,
                  arguments_of(event));
}

static void
chrome_begin(struct lane *lane, const struct trace_event *event)
{
    lane->waits = event;
}

static void
end_wait(struct lane *lane, const struct trace_event *last, uint64_t ns)
{
    uint64_t began = lane->waits ? lane->waits->ns : lane->window.from;

    event_span(lane->stream, lane->number, json_string(shapes[last->kind].span), began, ns,
               arguments_of(last));
    lane->waits = NULL;
}

static void
chrome_end(struct lane *lane, const struct trace_event *event)
{
    end_wait(lane, event, event->ns);
}

/* An object's path may not be valid UTF-8; then the name omits it. */
static json_t *
name_of_request(const struct label_names *labels, uint32_t label)
{
    const char *object = label_names_object(labels, label);
    json_t *name = object ? json_sprintf("request %s", object) : NULL;

    return name ? name : json_string("request");
}

/* Adds the span of the request whose header is at head; the next event tells its response. */
static void
put_response(struct lane *lane, size_t head, uint64_t ended)
{
    const struct trace_event *event = lane->events[head];
    const struct trace_event *next = head + 1 < lane->count ? lane->events[head + 1] : event;
    uint64_t route = next->kind == TRACE_ROUTE ? next->argument : 0;
    json_t *arguments = arguments_of(event);

    if (route != 0)
        json_object_set_new(arguments, "status", number(trace_route_status(route)));
    event_span(lane->stream, lane->number,
               name_of_request(lane->labels, trace_route_label(route)), event->ns, ended,
               arguments);
}

/* Ends all requests that came since the last time. */
static void
end_responses(struct lane *lane, uint64_t ns)
{
    if (lane->carried)
        event_span(lane->stream, lane->number, json_string("request"), lane->window.from, ns,
                   arguments_of(lane->events[0]));
    lane->carried = false;
    for (; lane->responses < lane->at; lane->responses++)
        if (lane->events[lane->responses]->kind == TRACE_HEAD)
            put_response(lane, lane->responses, ns);
}

static void
done(struct lane *lane, const struct trace_event *event)
{
    end_responses(lane, event->ns);
}

/* Ends what is open, also at the end of the window. */
static void
end_all(struct lane *lane, uint64_t ns)
{
    if (lane->waits)
        end_wait(lane, lane->waits, ns);
    end_responses(lane, ns);
}

static void
closed(struct lane *lane, const struct trace_event *event)
{
    end_all(lane, event->ns);
    instant(lane, event);
}

static void (*const plays[TRACE_KINDS])(struct lane *lane, const struct trace_event *event) = {
    [TRACE_ACCEPT] = instant,
    [TRACE_TAKE] = instant,
    [TRACE_GIVE] = instant,
    [TRACE_HEAD] = chrome_nothing, /* see end_responses() */
    [TRACE_ROUTE] = chrome_nothing,
    [TRACE_FIRST_BYTE] = instant,
    [TRACE_TURN] = chrome_begin,
    [TRACE_TURN_END] = chrome_end,
    [TRACE_WOULD_BLOCK] = chrome_begin,
    [TRACE_RESUME] = chrome_end,
    [TRACE_READ] = chrome_begin,
    [TRACE_READ_END] = chrome_end,
    [TRACE_DONE] = done,
    [TRACE_RESET] = instant,
    [TRACE_CLOSE] = closed,
    [TRACE_TIMER] = instant,
    [TRACE_SIGNAL] = instant,
    [TRACE_START] = instant,
    [TRACE_GAP] = instant,
};

/* --- lanes -------------------------------------------------------------------------------- */

static void
play_lane(struct lane *lane)
{
    lane->number = lane_of(lane->events[0]);
    lane->carried = shapes[lane->events[0]->kind].inside;
    event_name(lane->stream, "thread_name", lane->number,
               lane->number == LOOP ? json_string("loop")
                                    : json_sprintf("connection %u", lane->number));
    for (lane->at = 0; lane->at < lane->count; lane->at++) {
        const struct trace_event *event = lane->events[lane->at];

        plays[event->kind](lane, event);
    }
    end_all(lane, lane->window.until);
}

/* Compares by lane, then by position in the ring. */
static int
chrome_compare(const void *a, const void *b)
{
    const struct trace_event *x = *(const struct trace_event *const *)a;
    const struct trace_event *y = *(const struct trace_event *const *)b;

    if (lane_of(x) != lane_of(y))
        return lane_of(x) < lane_of(y) ? -1 : 1;
    return (x > y) - (x < y);
}

static size_t
sort_events(const struct trace_event *events, size_t count, const struct trace_event **sorted)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (events[i].kind < TRACE_KINDS) /* a broken worker can write anything */
            sorted[kept++] = &events[i];
    qsort(sorted, kept, sizeof(*sorted), chrome_compare);
    return kept;
}

/* Writes events between which none is missing. */
static int
write_stretch(struct event_stream *stream, const struct label_names *labels,
              const struct trace_event *events, size_t count, struct event_window window)
{
    const struct trace_event **sorted = calloc(count, sizeof(*sorted));
    size_t next;

    if (sorted == NULL)
        return -ENOMEM;
    count = sort_events(events, count, sorted);
    for (size_t i = 0; i < count; i = next) {
        struct lane lane = {
            .stream = stream, .labels = labels, .window = window, .events = sorted + i
        };

        for (next = i; next < count && lane_of(sorted[next]) == lane_of(sorted[i]); next++)
            continue;
        lane.count = next - i;
        play_lane(&lane);
    }
    free(sorted);
    return 0;
}

/* After these events, the earlier state is unknown. */
static bool
is_break(const struct trace_event *event)
{
    return event->kind == TRACE_GAP || event->kind == TRACE_START;
}

static int
write_process(struct event_stream *stream, const struct chrome_process *process)
{
    const struct trace_copy *trace = process->trace;
    struct event_window window = stream->window;
    int error = 0;
    size_t next;

    stream->pid = process->pid;
    event_name(stream, "process_name", LOOP, json_string(process->name));
    for (size_t i = 0; i < trace->count && error == 0; i = next) {
        for (next = i + 1; next < trace->count && !is_break(&trace->events[next]); next++)
            continue;
        window.from = is_break(&trace->events[i]) ? trace->events[i].ns : stream->window.from;
        window.until = next < trace->count ? trace->events[next - 1].ns : stream->window.until;
        error = write_stretch(stream, process->labels, trace->events + i, next - i, window);
    }
    return error;
}

int
chrome_write(const struct chrome_process *processes, size_t count, struct event_window window,
             FILE *out)
{
    struct event_stream stream = { .window = window, .out = out };
    int error = 0;

    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", out);
    for (size_t i = 0; i < count && error == 0; i++)
        error = write_process(&stream, &processes[i]);
    fputs("\n]}\n", out);
    return stream.failed ? -ENOMEM : error;
}
