/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup: the memory cgroups that this process is in, of both versions, and those above them;
 * see cgroups(7).
 */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_MAX  64 /* groups; more are not looked at */
#define CGROUP_NONE UINT64_MAX

/* Files are kept open, so that they can be read where none can be opened. */
struct cgroup {
    char *path; /* of its folder */
    bool first; /* version 1 */
    int limit;  /* descriptors */
    int usage;
    int stat;
};

struct cgroups {
    struct cgroup items[CGROUP_MAX];
    unsigned count;
};

/* In bytes. */
struct cgroup_memory {
    uint64_t limit; /* CGROUP_NONE: none */
    uint64_t usage;
    uint64_t cache; /* of it: pages of files, which the kernel gives back when it needs them */
};

/* Finds the groups with memory files; what can't be read is left out. root stands before all
 * paths: "", but in tests. */
void cgroup_find(struct cgroups *cgroups, const char *root);
void cgroup_close(struct cgroups *cgroups);

/* Reads the group's current numbers. False: unknown. */
bool cgroup_read(const struct cgroup *cgroup, struct cgroup_memory *memory)
    __attribute__((warn_unused_result));

#endif
