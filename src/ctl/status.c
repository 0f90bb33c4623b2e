/* SPDX-License-Identifier: BSD-2-Clause */
/* status: asks twice, to compute rates. JSON has only counters, for programs that ask twice
 * themselves. */
#include "ctl/status.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "ctl/contact.h"
#include "ctl/outcome.h"
#include "ctl/overview.h"

#define LOOK_NS 500000000 /* between the two requests */

static void
print_json(const struct contact *contact)
{
    struct rates rates;

    rates_compare(&rates, contact->status, contact->status, contact_pss(contact));
    overview_json_print(contact->status, &rates, stdout);
    rates_free(&rates);
}

static char *
status_print(const struct contact *contact)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    struct rates rates;
    char *second;
    char *error;

    nanosleep(&pause, NULL);
    if ((error = contact_ask(contact, "status", &second)) != NULL)
        return error;
    rates_compare(&rates, contact->status, second, contact_pss(contact));
    overview_print(second, &rates, stdout);
    rates_free(&rates);
    free(second);
    return NULL;
}

int
status_run(const struct task *task)
{
    struct contact contact;
    char *error = contact_open(&contact, task);
    int status = EXIT_SUCCESS;

    if (error == NULL && task->json)
        print_json(&contact);
    else if (error == NULL)
        error = status_print(&contact);
    if (error)
        status = outcome_tell(task, error, NULL);
    memory_free(error);
    contact_close(&contact);
    return status;
}
