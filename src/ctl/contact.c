/* SPDX-License-Identifier: BSD-2-Clause */
/* contact: locates the daemon and asks for its status. */
#include "ctl/contact.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "build.h"
#include "ctl/fields.h"
#include "ctl/locate.h"
#include "ctl/outcome.h"
#include "ctl/session.h"
#include "ctl/usage.h"

static void
compare_versions(const char *status)
{
    const struct span version = fields_find(rates_line(status, "version"), "version");

    if (!span_equal(version, SPAN(PACKAGE_VERSION)))
        fprintf(stderr,
                "tiffctl: this is tiffctl " PACKAGE_VERSION ", the daemon is tiffd %.*s; it "
                "refuses commands that it does not know\n",
                (int)version.length, version.at);
}

char *
contact_open(struct contact *contact, const struct task *task)
{
    struct session session;
    char *error = NULL;
    int status;

    *contact = (struct contact){ 0 };
    if ((contact->control = locate_socket(task, &error)) == NULL)
        return error;
    status = session_run(&session, contact->control, "status", NULL);
    error = outcome_of_session(&session, status, contact->control);
    if (error == NULL) {
        contact->status = session.text;
        session.text = NULL;
        if (fields_number(rates_line(contact->status, "version"), "pid") ==
            (uint64_t)session.peer)
            contact->pid = session.peer;
        compare_versions(contact->status);
    }
    session_free(&session);
    return error;
}

void
contact_close(struct contact *contact)
{
    memory_free(contact->control);
    free(contact->status);
    *contact = (struct contact){ 0 };
}

char *
contact_ask(const struct contact *contact, const char *command, char **reply)
{
    struct session session;
    const int status = session_run(&session, contact->control, command, NULL);
    char *error = outcome_of_session(&session, status, contact->control);

    *reply = error ? NULL : session.text;
    if (error == NULL)
        session.text = NULL;
    session_free(&session);
    return error;
}

static bool
pss_of(pid_t pid, uint64_t *bytes)
{
    struct usage usage;

    if (!usage_read(pid, &usage) || !usage.complete)
        return false;
    *bytes = usage.pss;
    return true;
}

rates_pss *
contact_pss(const struct contact *contact)
{
    return contact->pid > 0 ? pss_of : NULL;
}
