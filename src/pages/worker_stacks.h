/* SPDX-License-Identifier: BSD-2-Clause */
/* worker_stacks: the current stack of each worker. */
#ifndef PAGES_WORKER_STACKS_H
#define PAGES_WORKER_STACKS_H

#include "base/line_sink.h"
#include "observer/view.h"

/* For a worker, or SCOPE_ALL (scope.h), lines about each: what it works for, and its stack; or
 * that it does not answer, and its state in proc_pid_stat(5). */
void worker_stacks_lines(const struct view *view, int worker, line_sink_line *line,
                         void *argument);

#endif
