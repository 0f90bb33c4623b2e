/* SPDX-License-Identifier: BSD-2-Clause */
/* status_dump: in a child of the master, since workers are given time to answer, and names take
 * time to look up. */
#include "master/status_dump.h"

#include "base/child.h"
#include "base/log.h"
#include "observer/scope.h"
#include "pages/connections.h"
#include "pages/worker_stacks.h"

static void
status_dump_log_line(void *argument, const char *line)
{
    (void)argument;
    log_notice("%s", line);
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
                  const struct spawn_resources *resources)
{
    const struct view *view;
    const pid_t pid = child_fork_apart(child, status_dump_ended);

    if (pid != 0)
        return pid < 0 ? pid : 0;
    view = spawn_view(newest, resources);
    if (view && confine_reader(&newest->confinement, SANDBOX_REPORTER) == 0) {
        worker_stacks_lines(view, &(const struct worker_stacks_wish){ .worker = SCOPE_ALL },
                            status_dump_log_line, NULL);
        if (connections_lines(view, STATUS_DUMP_CONNECTIONS, status_dump_log_line, NULL) < 0)
            log_error("connections can't be logged: out of memory");
    }
    sandbox_log(SANDBOX_REPORTER);
    child_finish();
}
