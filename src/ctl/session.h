/* SPDX-License-Identifier: BSD-2-Clause */
/* session: one command at the control socket of a daemon, and its reply. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include <stddef.h>
#include <sys/types.h>

struct session {
    char *text;  /* the lines of the reply but the last; "" if there are none */
    char *error; /* why it failed; NULL: it did not */
    pid_t peer;  /* who listens (SO_PEERCRED), as this process sees it; 0: unknown */
};

/* What to do every second while there is no reply yet. */
struct session_tick {
    void (*run)(void *argument);
    void *argument;
};

/* Sends a command to the socket at path and waits for its outcome, however long it takes. 0, or
 * a negative errno if the daemon can't be reached or ends in between. session_free() in any
 * case. tick NULL: nothing to do. */
int session_run(struct session *session, const char *path, const char *command,
                const struct session_tick *tick) __attribute__((warn_unused_result));
void session_free(struct session *session);

#endif
