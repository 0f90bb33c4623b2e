/* SPDX-License-Identifier: BSD-2-Clause */
/* memory_use: "tiffctl memory". */
#ifndef CTL_MEMORY_USE_H
#define CTL_MEMORY_USE_H

#include "ctl/task.h"

/* Returns the exit status. */
int memory_use_run(const struct task *task) __attribute__((warn_unused_result));

#endif
