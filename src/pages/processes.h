/* SPDX-License-Identifier: BSD-2-Clause */
/* processes: the pages about the daemon's processes. */
#ifndef PAGES_PROCESSES_H
#define PAGES_PROCESSES_H

#include "observer/page.h"

/* The command line, each argument but the last followed by a NUL. */
void processes_cmdline(struct page *page);

/* A count profile (count_profile.h) of all processes with a line each: process id, age,
 * threads, CPU time and resident memory, and how often its slot has been filled. */
void processes_threadcreate(struct page *page);

/* Processes now. */
uint64_t processes_count(const struct view *view);

#endif
