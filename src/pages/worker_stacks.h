/* SPDX-License-Identifier: BSD-2-Clause */
/* worker_stacks: the current stack of each worker. */
#ifndef PAGES_WORKER_STACKS_H
#define PAGES_WORKER_STACKS_H

#include <stdbool.h>

#include "base/line_sink.h"
#include "observer/view.h"

struct worker_stacks_wish {
    int worker;     /* or SCOPE_ALL (scope.h) */
    bool arguments; /* of functions, and registers */
};

/* Lines about each worker: what it works for, and its stack; or that it does not answer, and
 * its state in proc_pid_stat(5). */
void worker_stacks_lines(const struct view *view, const struct worker_stacks_wish *wish,
                         line_sink_line *line, void *argument);

#endif
