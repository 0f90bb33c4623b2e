/* SPDX-License-Identifier: BSD-2-Clause */
/* contact: the daemon that a command is about: its socket, and what it says of itself. */
#ifndef CTL_CONTACT_H
#define CTL_CONTACT_H

#include <sys/types.h>

#include "ctl/rates.h"
#include "ctl/task.h"

struct contact {
    char *control; /* the path of its socket */
    char *status;  /* its reply to "status", see master/control_status.h */
    pid_t pid;     /* of the master as this process sees it; 0: in another PID namespace */
};

/* Finds the daemon and asks for its status. Says so on standard error if it is of another
 * version than tiffctl. NULL, or why that can't be done, for memory_free(). contact_close() in
 * any case.
 */
char *contact_open(struct contact *contact, const struct task *task)
    __attribute__((warn_unused_result));
void contact_close(struct contact *contact);

/* Asks again: *reply is the caller's, for free(). */
char *contact_ask(const struct contact *contact, const char *command, char **reply)
    __attribute__((warn_unused_result));

/* What rates_compare() asks for the memory of a worker. */
rates_pss *contact_pss(const struct contact *contact);

#endif
