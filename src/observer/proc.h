/* SPDX-License-Identifier: BSD-2-Clause */
/* proc: what the kernel knows of a process: CPU time and memory. */
#ifndef OBSERVER_PROC_H
#define OBSERVER_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Nanoseconds of CPU time of all its threads, the system's included; see
 * clock_getcpuclockid(3). False: there is no such process. */
bool proc_cpu(pid_t pid, uint64_t *ns) __attribute__((warn_unused_result));

/* Proportional set size in bytes: what it shares counts by its share; see
 * proc_pid_smaps_rollup(5). False: no such process, or it is somebody else's. */
bool proc_pss(pid_t pid, uint64_t *bytes) __attribute__((warn_unused_result));

/* The same from the text of that file. */
bool proc_parse_pss(FILE *in, uint64_t *bytes) __attribute__((warn_unused_result));

#endif
