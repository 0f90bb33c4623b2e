/* SPDX-License-Identifier: BSD-2-Clause */
/* reporter: looking up names takes longer than the master may be away from its loop. */
#include "master/reporter.h"

#include <string.h>

#include "base/log.h"
#include "profile/autopsy.h"

void
reporter_report(struct reporter *reporter, const struct instruments *instruments,
                unsigned process, pid_t pid, const char *name)
{
    struct crash_record record;
    pid_t child;

    if (!crash_take(tables_crash(&instruments->tables, process), pid, &record))
        return;
    if (reporter->count == REPORTER_MAX) {
        log_warning("%s: too many crashes at once: without its stack", name);
        return;
    }
    if ((child = autopsy_fork(&record, name, &instruments->labels)) < 0)
        log_error("%s: stack: %s", name, strerror((int)-child));
    else
        reporter->pids[reporter->count++] = child;
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
