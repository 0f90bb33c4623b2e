/* SPDX-License-Identifier: BSD-2-Clause */
/* event: jansson writes one entry at a time, so a trace of any size needs little memory. */
#include "format/event.h"

/* Takes ownership of the entry. */
static void
event_put(struct event_stream *stream, json_t *entry)
{
    if (entry == NULL) {
        stream->failed = true;
        return;
    }
    fputs(stream->any ? ",\n" : "\n", stream->out);
    json_dumpf(entry, stream->out, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(entry);
    stream->any = true;
}

static uint64_t
inside(const struct event_stream *stream, uint64_t ns)
{
    const struct event_window *window = &stream->window;

    return ns < window->from ? window->from : ns > window->until ? window->until : ns;
}

/*
 * The format counts in us. Viewers compute the end of a span as start plus duration, which must
 * equal the start of the next one; so times are multiples of 1/64 us, whose sums are exact.
 */
static uint64_t
grid(const struct event_stream *stream, uint64_t ns)
{
    return (inside(stream, ns) - stream->window.from) * 8 / 125;
}

static json_t *
microseconds(uint64_t grid)
{
    return json_real((double)grid / 64);
}

void
event_name(struct event_stream *stream, const char *of, uint32_t lane, json_t *name)
{
    event_put(stream, json_pack("{s:s, s:s, s:I, s:I, s:{s:o}}", "name", of, "ph", "M", "pid",
                                (json_int_t)stream->pid, "tid", (json_int_t)lane, "args",
                                "name", name));
}

static void
put_instant(struct event_stream *stream, uint32_t lane, json_t *name, uint64_t at,
            json_t *arguments)
{
    event_put(stream,
              json_pack("{s:o, s:s, s:s, s:o, s:I, s:I, s:o}", "name", name, "ph", "i", "s",
                        "t", "ts", microseconds(at), "pid", (json_int_t)stream->pid, "tid",
                        (json_int_t)lane, "args", arguments));
}

void
event_span(struct event_stream *stream, uint32_t lane, json_t *name, uint64_t began,
           uint64_t ended, json_t *arguments)
{
    uint64_t from = grid(stream, began);
    uint64_t until = grid(stream, ended);

    if (until <= from) {
        put_instant(stream, lane, name, from, arguments);
        return;
    }
    event_put(stream,
              json_pack("{s:o, s:s, s:o, s:o, s:I, s:I, s:o}", "name", name, "ph", "X", "ts",
                        microseconds(from), "dur", microseconds(until - from), "pid",
                        (json_int_t)stream->pid, "tid", (json_int_t)lane, "args", arguments));
}

void
event_instant(struct event_stream *stream, uint32_t lane, const char *name, uint64_t ns,
              json_t *arguments)
{
    put_instant(stream, lane, json_string(name), grid(stream, ns), arguments);
}
