/* SPDX-License-Identifier: BSD-2-Clause */
/* locate: finds the control socket of the daemon that a command addresses. */
#ifndef CTL_LOCATE_H
#define CTL_LOCATE_H

#include "ctl/task.h"

/* Returns the path of the socket, or NULL and the reason in *error. The caller frees both with
 * memory_free(). */
char *locate_socket(const struct task *task, char **error) __attribute__((warn_unused_result));

/* The configuration file that the command line names. */
const char *locate_file(const struct task *task);

#endif
