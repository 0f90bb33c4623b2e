/* SPDX-License-Identifier: BSD-2-Clause */
/* outcome: how a command has ended: for people, as JSON, and as the exit status. */
#ifndef CTL_OUTCOME_H
#define CTL_OUTCOME_H

#include <jansson.h>

#include "ctl/task.h"

/* Prints the outcome and returns the exit status. error NULL: the command has succeeded, and
 * people are told nothing. more: further members of the JSON object, which it owns; NULL: none.
 */
int outcome_tell(const struct task *task, const char *error, json_t *more)
    __attribute__((warn_unused_result));

/* The error of a session, if any; free with memory_free(). status: of session_run(). */
struct session;
char *outcome_of_session(const struct session *session, int status, const char *path);

#endif
