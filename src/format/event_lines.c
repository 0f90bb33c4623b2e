/* SPDX-License-Identifier: BSD-2-Clause */
/* event_lines: each process begins with an event that has its process id, which tells whose the
 * following events are. Long lines are truncated. */
#include "format/event_lines.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "shared/rows.h"
#include "stack/label.h"

#define LINE_SIZE     512
#define ARGUMENT_SIZE 384

static void
describe_argument(const struct trace_event *event, const struct label_names *labels,
                  char text[static ARGUMENT_SIZE])
{
    const struct trace_argument argument = trace_argument(event->kind);
    const uint64_t value = event->argument;
    const char *object = NULL;

    text[0] = '\0';
    if (argument.form == TRACE_FORM_NUMBER)
        snprintf(text, ARGUMENT_SIZE, ", %s %" PRIu64, argument.name, value);
    if (argument.form == TRACE_FORM_AMOUNT)
        snprintf(text, ARGUMENT_SIZE, ", %" PRIu64 " %s", value, argument.name);
    if (argument.form == TRACE_FORM_STATE)
        snprintf(text, ARGUMENT_SIZE, ", %s %s", argument.name,
                 rows_state_name((enum row_state)value));
    if (argument.form == TRACE_FORM_HEX && value != 0)
        snprintf(text, ARGUMENT_SIZE, ", %s %014" PRIx64, argument.name, value);
    if (argument.form != TRACE_FORM_ROUTE)
        return;
    object = label_names_object(labels, trace_route_label(value));
    snprintf(text, ARGUMENT_SIZE, ", %s %u%s%s", argument.name, trace_route_status(value),
             object ? ", " : "", object ? object : "");
}

static void
event_lines_describe(const struct trace_event *event, uint64_t end,
                     const struct label_names *labels, char line[static LINE_SIZE])
{
    const uint64_t us = end > event->ns ? (end - event->ns) / 1000 : 0;
    char numbers[LABEL_REQUEST_SIZE];
    char argument[ARGUMENT_SIZE];

    label_describe_request((struct label_request){ event->connection, event->request },
                           numbers);
    describe_argument(event, labels, argument);
    snprintf(line, LINE_SIZE, "-%" PRIu64 " us %s%s%s", us, trace_kind_name(event->kind),
             numbers, argument);
}

/* Finds where the events of a process begin and end. Without any start event, all are its own,
 * because the ring has wrapped around. With start events of other processes only, it died
 * before it wrote its own. */
static size_t
find_events(const struct trace_copy *trace, pid_t pid, size_t *end)
{
    bool others = false;

    *end = trace->count;
    for (size_t i = trace->count; i-- > 0;) {
        if (trace->events[i].kind != TRACE_START)
            continue;
        if (trace->events[i].argument == (uint64_t)pid)
            return i;
        others = true;
        *end = i;
    }
    return others ? *end : 0;
}

void
event_lines_write(const struct trace_copy *trace, pid_t pid, size_t most,
                  const struct label_names *labels, line_sink_line *line, void *argument)
{
    size_t end;
    size_t i = find_events(trace, pid, &end);

    for (i = end - i > most ? end - most : i; i < end; i++) {
        char text[LINE_SIZE];

        event_lines_describe(&trace->events[i], trace->events[end - 1].ns, labels, text);
        line(argument, text);
    }
}
