/* SPDX-License-Identifier: BSD-2-Clause */
/* session: one command at the control socket of a daemon, and its reply. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include <stddef.h>

struct session {
    char *text;  /* the lines of the reply but the last; "" if there are none */
    char *error; /* why it failed; NULL: it did not */
};

/* Sends a command to the socket at path and waits for its outcome, however long it takes. 0, or
 * a negative errno if the daemon can't be reached or ends in between. session_free() in any
 * case. */
int session_run(struct session *session, const char *path, const char *command)
    __attribute__((warn_unused_result));
void session_free(struct session *session);

#endif
