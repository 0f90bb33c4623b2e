/* SPDX-License-Identifier: BSD-2-Clause */
/* worker_stacks: where the code of each worker is at the moment. */
#ifndef PAGES_WORKER_STACKS_H
#define PAGES_WORKER_STACKS_H

#include "observer/page.h"

/* For each worker that the page is about, lines that begin with "#\t": what it works for, and
 * its stack; or that it does not answer, and its state in proc_pid_stat(5). */
void worker_stacks_write(struct page *page);

#endif
