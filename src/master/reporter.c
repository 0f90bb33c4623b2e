/* SPDX-License-Identifier: BSD-2-Clause */
/* reporter: looking up names takes longer than the master may be away from its loop. */
#include "master/reporter.h"

#include <string.h>

#include "base/log.h"
#include "format/autopsy.h"
#include "master/blackbox.h"

static void
report_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct reporter *reporter = child->owner;

    (void)pid;
    (void)end;
    reporter->count--;
}

static struct child *
free_child(struct reporter *reporter)
{
    for (unsigned i = 0; i < REPORTER_MAX; i++)
        if (reporter->children[i].pid == 0)
            return &reporter->children[i];
    return NULL;
}

static int
fork_report(struct child *child, const struct crash_record *record, const struct blackbox *box,
            const char *name)
{
    pid_t pid = child_fork_apart(child, report_ended);

    if (pid != 0)
        return pid < 0 ? pid : 0;
    if (record)
        autopsy_log(record, name, &box->instruments->labels);
    blackbox_save(box);
    child_finish();
}

void
reporter_report(struct reporter *reporter, const struct instruments *instruments,
                unsigned process, pid_t pid, const char *name)
{
    struct child *child = free_child(reporter);
    struct crash_record record;
    struct blackbox box;
    bool crashed = crash_take(tables_crash(&instruments->tables, process), pid, &record);
    int error;

    if (child == NULL) {
        log_warning("%s: too many deaths at once: without its stack", name);
        return;
    }
    child->owner = reporter;
    blackbox_take(&box, instruments, process, pid);
    if ((error = fork_report(child, crashed ? &record : NULL, &box, name)) < 0)
        log_error("%s: stack: %s", name, strerror(-error));
    else
        reporter->count++;
    blackbox_free(&box);
}

void
reporter_abandon(struct reporter *reporter)
{
    for (unsigned i = 0; i < REPORTER_MAX; i++)
        child_leave(&reporter->children[i]);
    reporter->count = 0;
}
