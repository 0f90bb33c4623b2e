/* SPDX-License-Identifier: BSD-2-Clause */
/* memory_use: see usage.h for the meaning of the numbers. */
#include "ctl/memory_use.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ctl/contact.h"
#include "ctl/outcome.h"
#include "ctl/usage.h"

/* The process on the command line, or else the master of the daemon. 0 and *error: not
 * found. */
static pid_t
wanted_process(const struct task *task, char **error)
{
    struct contact contact;
    pid_t pid = 0;
    char *end;

    if (task->argument) {
        pid = (pid_t)strtol(task->argument, &end, 10);
        if (pid > 0 && *end == '\0')
            return pid;
        *error = memory_format("memory: \"%s\"; accepted: a process id", task->argument);
        return 0;
    }
    if ((*error = contact_open(&contact, task)) == NULL && (pid = contact.pid) == 0)
        *error = memory_copy("the daemon is in another PID namespace");
    contact_close(&contact);
    return pid;
}

int
memory_use_run(const struct task *task)
{
    struct usage_list list = { 0 };
    char *error = NULL;
    const pid_t pid = wanted_process(task, &error);
    int status;

    if (pid > 0)
        usage_family(pid, &list);
    if (error == NULL && list.count == 0)
        error = memory_format("there is no process %d", (int)pid);
    if (error == NULL && !task->json)
        usage_print(&list, stdout);
    if (error == NULL && !task->json && !usage_total(&list).complete)
        fputs("PSS and USS of other users' and of sandboxed processes require root\n", stderr);
    status = outcome_tell(task, error, error ? NULL : usage_json(&list));
    memory_free(error);
    usage_free(&list);
    return status;
}
