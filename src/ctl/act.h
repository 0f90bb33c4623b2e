/* SPDX-License-Identifier: BSD-2-Clause */
/* act: the commands that change the daemon's state. */
#ifndef CTL_ACT_H
#define CTL_ACT_H

#include "ctl/task.h"

/* Returns the exit status. */
int act_run(const struct task *task) __attribute__((warn_unused_result));

#endif
