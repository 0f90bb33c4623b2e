/* SPDX-License-Identifier: BSD-2-Clause */
/* files: a file whose name has not changed is not touched: it may have been rotated. */
#include "master/files.h"

#include <string.h>

#include "base/identity.h"
#include "base/outlet.h"
#include "base/sink.h"
#include "master/boot.h"
#include "master/log_writer.h"

/* NULL: none. */
static bool
is_another(const char *before, const char *after)
{
    return before && after ? strcmp(before, after) != 0 : before != after;
}

static bool
log_is_another(const struct config_log *before, const struct config_log *after)
{
    return is_another(before->file, after->file) || is_another(before->syslog, after->syslog) ||
           before->syslog_format != after->syslog_format ||
           before->syslog_facility != after->syslog_facility ||
           is_another(before->syslog_tag, after->syslog_tag);
}

static int
plan_log(struct master *master, const struct config *next)
{
    const char *path = next->log.file;
    int error;

    if (!log_is_another(&master->newest->shared.config->log, &next->log))
        return 0;
    boot_probe_syslog(&next->log);
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
    const struct config *config = master->newest->shared.config;
    const char *path = config->log.file ? config->log.file : config->log.syslog;

    log_notice("the log continues in %s", path ? path : "standard error");
    sink_commit();
    log_writer_take(master, config);
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
