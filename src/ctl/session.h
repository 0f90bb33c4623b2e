/* SPDX-License-Identifier: BSD-2-Clause */
/* session: one command to the control socket of a daemon, and its reply. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include <stddef.h>
#include <sys/types.h>

struct session {
    char *text;  /* the reply without its last line; can be "" */
    char *error; /* why the command failed; NULL: it succeeded */
    pid_t peer;  /* process id of the listener (SO_PEERCRED) in this namespace; 0: unknown */
};

/* Called every second until the reply arrives. */
struct session_tick {
    void (*run)(void *argument);
    void *argument;
};

/* Sends a command to the socket at path and waits for its outcome, without a limit. 0, or a
 * negative errno if the daemon can't be reached or ends meanwhile. session_free() in any case.
 * tick may be NULL. */
int session_run(struct session *session, const char *path, const char *command,
                const struct session_tick *tick) __attribute__((warn_unused_result));
void session_free(struct session *session);

#endif
