/* SPDX-License-Identifier: BSD-2-Clause */
/* status: "tiffctl status". */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include "ctl/task.h"

/* Returns the exit status. */
int status_run(const struct task *task) __attribute__((warn_unused_result));

#endif
