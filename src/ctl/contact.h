/* SPDX-License-Identifier: BSD-2-Clause */
/* contact: the daemon that a command addresses: its socket and its status. */
#ifndef CTL_CONTACT_H
#define CTL_CONTACT_H

#include <sys/types.h>

#include "ctl/rates.h"
#include "ctl/task.h"

struct contact {
    char *control; /* the path of its socket */
    char *status;  /* its reply to "status", see master/control_status.h */
    pid_t pid;     /* of the master, as this process sees it; 0: in another PID namespace */
};

/* Finds the daemon and asks for its status. Warns on standard error if its version differs from
 * tiffctl's. Returns NULL, or an error for memory_free(). contact_close() in any case. */
char *contact_open(struct contact *contact, const struct task *task)
    __attribute__((warn_unused_result));
void contact_close(struct contact *contact);

/* Sends a command. *reply is the caller's, for free(). */
char *contact_ask(const struct contact *contact, const char *command, char **reply)
    __attribute__((warn_unused_result));

/* How rates_compare() reads a worker's memory. */
rates_pss *contact_pss(const struct contact *contact);

#endif
