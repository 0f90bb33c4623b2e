/* SPDX-License-Identifier: BSD-2-Clause */
/* dump: "tiffctl dump-config". */
#ifndef CTL_DUMP_H
#define CTL_DUMP_H

#include "ctl/task.h"

/* Returns the exit status. */
int dump_run(const struct task *task) __attribute__((warn_unused_result));

#endif
