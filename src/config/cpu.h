/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu: how many CPUs this process may use.
 */
#ifndef CONFIG_CPU_H
#define CONFIG_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* CPU time of a cgroup: quota microseconds in each period; quota 0: no limit. */
struct cpu_quota {
    uint64_t quota;
    uint64_t period;
};

/* Reads the text of cpu.max of cgroup v2: "max 100000" or "150000 100000". */
bool cpu_quota_parse(const char *text, struct cpu_quota *quota)
    __attribute__((warn_unused_result));

/* The tighter of two quotas. */
struct cpu_quota cpu_quota_tighter(struct cpu_quota a, struct cpu_quota b);

/* CPUs for an affinity mask of `allowed` CPUs under a quota, rounded up: 1 to maximum. */
unsigned cpu_limit(unsigned allowed, struct cpu_quota quota, unsigned maximum);

/* The tightest quota of the cgroups (v2 and v1) in the list `groups`, which has the form of
 * /proc/self/cgroup, and of those above them, read below root (/sys/fs/cgroup). What can't be
 * read is no limit. See cgroups(7). */
struct cpu_quota cpu_quota_read(const char *groups, const char *root);

/* All of it for this process. */
unsigned cpu_available(unsigned maximum);

#endif
