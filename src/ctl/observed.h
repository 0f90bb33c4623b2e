/* SPDX-License-Identifier: BSD-2-Clause */
/* observed: the commands that show pages of the debug listener, see tiffd-debug(7). */
#ifndef CTL_OBSERVED_H
#define CTL_OBSERVED_H

#include "ctl/task.h"

/* Returns the exit status. */
int observed_run(const struct task *task) __attribute__((warn_unused_result));

#endif
