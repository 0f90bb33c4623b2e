/* SPDX-License-Identifier: BSD-2-Clause */
/* blackbox: the copy is made in the master, the rest happens in a child of it (reporter.c). */
#include "master/blackbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "format/chrome.h"
#include "format/recent.h"

#define LOGGED 16 /* events, where no file is configured */

void
blackbox_take(struct blackbox *box, const struct instruments *instruments, unsigned worker,
              pid_t pid)
{
    const struct tables *tables = &instruments->tables;
    uint64_t since = 0;

    *box = (struct blackbox){ .instruments = instruments, .worker = worker, .pid = pid };
    if (worker < tables->workers &&
        trace_take(tables_trace(tables, worker), tables->events, &since, &box->trace) < 0)
        log_warning("worker %u: no memory for its last events", worker);
}

void
blackbox_free(struct blackbox *box)
{
    trace_free(&box->trace);
}

static int
write_trace(void *argument, FILE *out)
{
    const struct blackbox *box = argument;
    const struct trace_event *events = box->trace.events;
    char name[32];
    const struct chrome_process process = {
        .pid = box->pid, .name = name, .trace = &box->trace, .labels = &box->instruments->labels
    };
    const struct event_window window = { .from = events[0].ns,
                                         .until = events[box->trace.count - 1].ns };

    snprintf(name, sizeof(name), "worker %u", box->worker);
    return chrome_write(&process, 1, window, out);
}

static void
save_file(const struct blackbox *box, const char *prefix)
{
    const struct instruments *instruments = box->instruments;
    char *start = NULL;
    char *path = NULL;
    int error = -ENOMEM;

    if (asprintf(&start, "%s.w%u.", prefix, box->worker) >= 0 &&
        asprintf(&path, "%s%d.trace.json", start, (int)box->pid) >= 0)
        error = file_write(path, &instruments->owner, write_trace, (void *)(uintptr_t)box);
    if (error == 0)
        error = file_prune(start, ".trace.json", instruments->keep);
    if (error < 0)
        log_error("trace %s: %s", path ? path : prefix, strerror(-error));
    else
        log_notice("worker %u: its last %zu events are in %s", box->worker, box->trace.count,
                   path);
    free(start);
    free(path);
}

static void
log_line(void *argument, const char *line)
{
    const struct blackbox *box = argument;

    log_notice("worker %u: last events: %s", box->worker, line);
}

void
blackbox_save(const struct blackbox *box)
{
    const char *const *prefixes = (const char *const *)box->instruments->prefixes;
    const char *prefix = prefixes[0] ? prefixes[0] : prefixes[1];

    if (box->trace.count == 0)
        return;
    if (prefix)
        save_file(box, prefix);
    else
        recent_tell(&box->trace, box->pid, LOGGED, &box->instruments->labels, log_line,
                    (void *)(uintptr_t)box);
}
