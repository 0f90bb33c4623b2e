/* SPDX-License-Identifier: BSD-2-Clause */
/* top: "tiffctl top": the status of a daemon, updated continuously. */
#ifndef CTL_TOP_H
#define CTL_TOP_H

#include "ctl/task.h"

/* Returns the exit status. */
int top_run(const struct task *task) __attribute__((warn_unused_result));

#endif
