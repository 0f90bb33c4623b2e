/* SPDX-License-Identifier: BSD-2-Clause */
/* proc: what /proc says about a process. */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Numbers of proc_pid_stat(5). */
struct proc_stat {
    char state;               /* "D" waits for a disk, "T" is stopped */
    unsigned long ticks;      /* CPU time, see sysconf(3) */
    unsigned long user_ticks; /* of these */
    unsigned long system_ticks;
    unsigned long threads;
    unsigned long pages; /* resident */
};

/* False: there is no such process. */
bool proc_stat(pid_t pid, struct proc_stat *stat) __attribute__((warn_unused_result));

/* Times of the first thread, ns: how long it has run, and how long it has waited for a CPU
 * while it could have run; see proc_pid_schedstat(5). */
struct proc_sched {
    uint64_t run_ns;
    uint64_t delay_ns;
};

/* False, and zeros: there is no such process, or the kernel does not tell. */
bool proc_sched(pid_t pid, struct proc_sched *sched);

/* Times that the kernel took the CPU from its first thread; see proc_pid_status(5). 0: there is
 * no such process. */
uint64_t proc_switches(pid_t pid);

/* From the text of such files: that of stat, and the number behind a name like "Pss:". */
bool proc_parse_stat(const char *text, struct proc_stat *stat)
    __attribute__((warn_unused_result));
bool proc_parse_number(FILE *in, const char *name, uint64_t *number)
    __attribute__((warn_unused_result));

#endif
