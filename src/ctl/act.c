/* SPDX-License-Identifier: BSD-2-Clause */
/* act: sends the command and waits for its outcome. */
#include "ctl/act.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ctl/contact.h"
#include "ctl/meter.h"
#include "ctl/outcome.h"
#include "ctl/session.h"

/* NULL, or why the command was refused or failed. */
static char *
send_command(const struct contact *contact, const struct task *task)
{
    struct meter meter = { .verb = task->verb, .contact = contact };
    char *command = task->argument ? memory_format("%s %s", task->verb, task->argument)
                                   : memory_copy(task->verb);
    struct session_tick tick;
    struct session session;
    const int status =
        session_run(&session, contact->control, command, meter_begin(&meter, &tick));
    char *error = outcome_of_session(&session, status, contact->control);

    meter_end(&meter);
    session_free(&session);
    memory_free(command);
    return error;
}

int
act_run(const struct task *task)
{
    const uint64_t began = clock_now();
    struct contact contact;
    char *error = contact_open(&contact, task);
    int status;

    if (error == NULL)
        error = send_command(&contact, task);
    status = outcome_tell(task, error,
                          json_pack("{s:f}", "seconds", (double)(clock_now() - began) / 1000));
    memory_free(error);
    contact_close(&contact);
    return status;
}
