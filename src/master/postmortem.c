/* SPDX-License-Identifier: BSD-2-Clause */
/* postmortem: looking up names takes longer than the master may be away from its loop. */
#include "master/postmortem.h"

#include <string.h>

#include "base/log.h"
#include "format/crash_report.h"
#include "master/last_events.h"
#include "sandbox/confine.h"

static void
report_ended(struct child *child, pid_t pid, const struct child_end *end)
{
    struct postmortem *postmortem = child->owner;

    (void)pid;
    (void)end;
    postmortem->count--;
}

static struct child *
free_child(struct postmortem *postmortem)
{
    for (unsigned i = 0; i < POSTMORTEM_MAX; i++)
        if (postmortem->children[i].pid == 0)
            return &postmortem->children[i];
    return NULL;
}

struct postmortem_crash {
    const struct crash_record *record;
    const char *name;
    const struct label_names *labels;
};

static void
log_crash(void *argument)
{
    const struct postmortem_crash *crash = argument;

    crash_report_log(crash->record, crash->name, crash->labels);
}

/* Names are looked up apart from what writes files. */
static void
postmortem_report(const struct crash_record *record, const struct last_events *last,
                  const char *name)
{
    const struct instruments *instruments = last->instruments;
    struct postmortem_crash crash = { record, name, &instruments->shared->labels };
    struct confine_paths paths = { 0 };

    if (record && confine_apart(instruments->shared->confinement, log_crash, &crash) < 0)
        log_error("%s: its stack can't be logged", name);
    for (int i = 0; i < 2; i++)
        confine_add_folder(&paths, instruments->prefixes[i]);
    if (confine_enter(instruments->shared->confinement, SANDBOX_WRITER, &paths) == 0)
        last_events_save(last);
    confine_free(&paths);
    sandbox_log(SANDBOX_WRITER);
}

static int
fork_report(struct child *child, const struct crash_record *record,
            const struct last_events *last, const char *name)
{
    pid_t pid = child_fork_apart(child, report_ended);

    if (pid != 0)
        return pid < 0 ? pid : 0;
    postmortem_report(record, last, name);
    child_finish();
}

void
postmortem_begin(struct postmortem *postmortem, const struct instruments *instruments,
                 unsigned process, pid_t pid, const char *name)
{
    struct child *child = free_child(postmortem);
    struct crash_record record;
    struct last_events last;
    bool crashed = crash_take(tables_crash(&instruments->tables, process), pid, &record);
    int error;

    if (child == NULL) {
        log_warning("%s: too many crashes at once: its stack is not logged", name);
        return;
    }
    child->owner = postmortem;
    last_events_take(&last, instruments, process, pid);
    if ((error = fork_report(child, crashed ? &record : NULL, &last, name)) < 0)
        log_error("%s: stack: %s", name, strerror(-error));
    else
        postmortem->count++;
    last_events_free(&last);
}

void
postmortem_abandon(struct postmortem *postmortem)
{
    for (unsigned i = 0; i < POSTMORTEM_MAX; i++)
        child_leave(&postmortem->children[i]);
    postmortem->count = 0;
}
