/* SPDX-License-Identifier: BSD-2-Clause */
/* reporter: looking up names takes longer than the master may be away from its loop. */
#include "master/reporter.h"

#include <string.h>

#include "base/errand.h"
#include "base/log.h"
#include "master/blackbox.h"
#include "profile/autopsy.h"

#define SECONDS_MAX 60 /* for a child that is stuck on a disk */

static pid_t
fork_report(const struct crash_record *record, const struct blackbox *box, const char *name)
{
    pid_t pid = errand_fork(SECONDS_MAX);

    if (pid != 0)
        return pid;
    if (record)
        autopsy_log(record, name, &box->instruments->labels);
    blackbox_save(box);
    errand_end();
}

void
reporter_report(struct reporter *reporter, const struct instruments *instruments,
                unsigned process, pid_t pid, const char *name)
{
    struct crash_record record;
    struct blackbox box;
    bool crashed = crash_take(tables_crash(&instruments->tables, process), pid, &record);
    pid_t child;

    if (reporter->count == REPORTER_MAX) {
        log_warning("%s: too many deaths at once: without its stack", name);
        return;
    }
    blackbox_take(&box, instruments, process, pid);
    if ((child = fork_report(crashed ? &record : NULL, &box, name)) < 0)
        log_error("%s: stack: %s", name, strerror((int)-child));
    else
        reporter->pids[reporter->count++] = child;
    blackbox_free(&box);
}

bool
reporter_reap(struct reporter *reporter, pid_t pid)
{
    for (unsigned i = 0; i < reporter->count; i++)
        if (reporter->pids[i] == pid) {
            reporter->pids[i] = reporter->pids[--reporter->count];
            return true;
        }
    return false;
}
