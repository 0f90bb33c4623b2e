/* SPDX-License-Identifier: BSD-2-Clause */
/* checking: "tiffctl test", which says whether a reload would accept the configuration. */
#ifndef CTL_CHECKING_H
#define CTL_CHECKING_H

#include "ctl/task.h"

/* Returns the exit status. */
int checking_run(const struct task *task) __attribute__((warn_unused_result));

#endif
