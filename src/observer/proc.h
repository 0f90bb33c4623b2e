/* SPDX-License-Identifier: BSD-2-Clause */
/* proc: what the kernel knows of a process. */
#ifndef OBSERVER_PROC_H
#define OBSERVER_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Proportional set size in bytes: what it shares counts by its share; see
 * proc_pid_smaps_rollup(5). False: no such process, or it is somebody else's. */
bool proc_pss(pid_t pid, uint64_t *bytes) __attribute__((warn_unused_result));

/* The same from the text of that file. */
bool proc_parse_pss(FILE *in, uint64_t *bytes) __attribute__((warn_unused_result));

#endif
