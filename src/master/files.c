/* SPDX-License-Identifier: BSD-2-Clause */
/* files: a file whose name has not changed is not touched: it may have been rotated. */
#include "master/files.h"

#include <string.h>

#include "base/identity.h"
#include "base/outlet.h"
#include "base/sink.h"
#include "master/log_writer.h"

/* NULL: none. */
static bool
is_another(const char *before, const char *after)
{
    return before && after ? strcmp(before, after) != 0 : before != after;
}

static int
plan_log(struct master *master, const struct config *next)
{
    const char *path = next->log.file;
    int error;

    if (!is_another(master->newest->shared.config->log.file, path))
        return 0;
    sink_trust(identity_user(next->server.user));
    if ((error = sink_prepare(path)) < 0) {
        log_error("log %s: %s", path, outlet_problem(error));
        return -1;
    }
    master->log_changes = true;
    return 0;
}

static int
plan_pid_file(struct master *master, const struct config *next)
{
    if (!is_another(master->pid_file.path, next->server.pid_file))
        return 0;
    if (pid_file_prepare(&master->planned_pid_file, next->server.pid_file, 0) < 0)
        return -1;
    master->pid_file_changes = true;
    return 0;
}

int
files_plan(struct master *master, const struct config *next)
{
    if (plan_log(master, next) == 0 && plan_pid_file(master, next) == 0)
        return 0;
    files_abandon(master);
    return -1;
}

static void
change_log(struct master *master)
{
    const char *path = master->newest->shared.config->log.file;

    log_notice("the log continues in %s", path ? path : "standard error");
    sink_commit();
    log_writer_take(master, master->newest->shared.config->server.sandbox);
    log_writer_hand_log(master);
}

/* The one before goes last: there is always one that names this process. */
static void
change_pid_file(struct master *master)
{
    if (pid_file_publish(&master->planned_pid_file) < 0)
        return;
    pid_file_remove(&master->pid_file);
    master->pid_file = master->planned_pid_file;
    master->planned_pid_file = (struct pid_file){ 0 };
}

void
files_commit(struct master *master)
{
    if (master->log_changes)
        change_log(master);
    master->log_changes = false;
    if (master->pid_file_changes)
        change_pid_file(master);
    files_abandon(master);
}

void
files_abandon(struct master *master)
{
    sink_abandon();
    pid_file_remove(&master->planned_pid_file);
    master->log_changes = master->pid_file_changes = false;
}
