/* SPDX-License-Identifier: BSD-2-Clause */
/* last_events: the copy is made in the master, the rest happens in a child of it
 * (postmortem.c). */
#include "master/last_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "format/chrome.h"
#include "format/event_lines.h"

#define LOGGED 16 /* events, where no file is configured */

void
last_events_take(struct last_events *last, const struct instruments *instruments,
                 unsigned worker, pid_t pid)
{
    const struct tables *tables = &instruments->tables;
    uint64_t since = 0;

    *last = (struct last_events){ .instruments = instruments, .worker = worker, .pid = pid };
    if (worker < tables->workers &&
        trace_take(tables_trace(tables, worker), tables->events, &since, &last->trace) < 0)
        log_warning("worker %u: no memory for its last events", worker);
}

void
last_events_free(struct last_events *last)
{
    trace_free(&last->trace);
}

static int
write_trace(void *argument, FILE *out)
{
    const struct last_events *last = argument;
    const struct trace_event *events = last->trace.events;
    char name[32];
    const struct chrome_process process = { .pid = last->pid,
                                            .name = name,
                                            .trace = &last->trace,
                                            .labels = &last->instruments->shared->labels };
    const struct event_window window = { .from = events[0].ns,
                                         .until = events[last->trace.count - 1].ns };

    snprintf(name, sizeof(name), "worker %u", last->worker);
    return chrome_write(&process, 1, window, out);
}

static void
save_file(const struct last_events *last, const char *prefix)
{
    const struct instruments *instruments = last->instruments;
    char *start = NULL;
    char *path = NULL;
    int error = -ENOMEM;

    if (asprintf(&start, "%s.w%u.", prefix, last->worker) >= 0 &&
        asprintf(&path, "%s%d.trace.json", start, (int)last->pid) >= 0)
        error = file_write(path, &instruments->owner, write_trace, (void *)(uintptr_t)last);
    if (error == 0)
        error = file_prune(start, ".trace.json", instruments->keep);
    if (error < 0)
        log_error("trace %s: %s", path ? path : prefix, strerror(-error));
    else
        log_notice("worker %u: its last %zu events are in %s", last->worker, last->trace.count,
                   path);
    free(start);
    free(path);
}

static void
last_events_log_line(void *argument, const char *line)
{
    const struct last_events *last = argument;

    log_notice("worker %u: last events: %s", last->worker, line);
}

void
last_events_save(const struct last_events *last)
{
    const char *const *prefixes = (const char *const *)last->instruments->prefixes;
    const char *prefix = prefixes[0] ? prefixes[0] : prefixes[1];

    if (last->trace.count == 0)
        return;
    if (prefix)
        save_file(last, prefix);
    else
        event_lines_write(&last->trace, last->pid, LOGGED, &last->instruments->shared->labels,
                          last_events_log_line, (void *)(uintptr_t)last);
}
