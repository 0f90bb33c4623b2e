/* SPDX-License-Identifier: BSD-2-Clause */
/* outcome: the result of a command, as text, as JSON, and as the exit status. */
#ifndef CTL_OUTCOME_H
#define CTL_OUTCOME_H

#include <jansson.h>

#include "ctl/task.h"

/* Prints the result and returns the exit status. error NULL: success, which prints no text.
 * more: further members of the JSON object, which takes ownership; NULL: none. */
int outcome_tell(const struct task *task, const char *error, json_t *more)
    __attribute__((warn_unused_result));

/* The error of a session, or NULL; free with memory_free(). status: from session_run(). */
struct session;
char *outcome_of_session(const struct session *session, int status, const char *path);

#endif
