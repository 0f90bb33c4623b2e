/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_dump: the page of the observer (connections.h, worker_stacks.h) without its client, so
 * that it can be had where nothing listens for one. In a child of the master: workers are given
 * time to answer, and names take time to look up.
 */
#include "master/status_dump.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/log.h"
#include "pages/connections.h"
#include "pages/worker_stacks.h"

/* Lines for people are comments on that page, "#\tline"; the rest is for tools. */
static void
log_lines(char *text, unsigned max)
{
    unsigned count = 0;
    char *rest = text;
    char *line;

    while ((line = strsep(&rest, "\n")) != NULL)
        if (strncmp(line, "#\t", 2) == 0 && ++count <= max)
            log_notice("%s", line + 2);
    if (count > max)
        log_notice("%u more lines are left out", count - max);
}

static void
log_page(const struct view *view, void (*write)(struct page *page), unsigned max)
{
    char *text = NULL;
    size_t length = 0;
    struct page page = { .view = view,
                         .query = { .worker = SCOPE_ALL, .debug = 1 },
                         .out = open_memstream(&text, &length),
                         .status = 200 };

    if (page.out == NULL)
        return;
    write(&page);
    if (fclose(page.out) == 0)
        log_lines(text, max);
    free(text);
}

static void
status_dump_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    (void)child;
    (void)pid;
    (void)end;
}

int
status_dump_begin(struct child *child, const struct generation *newest,
                  const struct spawn_lends *lends)
{
    const struct view *view;
    const pid_t pid = child_fork_apart(child, status_dump_ended);

    if (pid != 0)
        return pid < 0 ? pid : 0;
    view = spawn_view(newest, lends);
    if (view && confine_reader(&newest->confinement, SANDBOX_REPORTER) == 0) {
        log_page(view, worker_stacks_write, UINT_MAX);
        log_page(view, connections_goroutine, STATUS_DUMP_CONNECTIONS);
    }
    sandbox_log(SANDBOX_REPORTER);
    child_finish();
}
