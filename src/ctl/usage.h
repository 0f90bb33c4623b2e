/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: the memory of processes, from /proc. PSS divides the size of a page by the number of
 * processes that map it, so its sum over processes counts every page once; the sum of RSS does
 * not.
 */
#ifndef CTL_USAGE_H
#define CTL_USAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Bytes. */
struct usage {
    pid_t pid;
    pid_t parent;
    char name[64];   /* the command line, as ps(1) shows it */
    bool complete;   /* false: smaps_rollup may not be read, and only vsz and rss are known */
    uint64_t vsz;    /* address space */
    uint64_t rss;    /* mapped pages */
    uint64_t pss;    /* mapped pages, shared ones divided by the number of processes */
    uint64_t uss;    /* pages mapped by this process only */
    uint64_t shared; /* pages that other processes map, too */
};

struct usage_list {
    struct usage *items; /* the first one is the process requested */
    size_t count;
};

/* Of one process. False: it does not exist. */
bool usage_read(pid_t pid, struct usage *usage) __attribute__((warn_unused_result));

/* Of a process and all its descendants. usage_free() frees the list. */
void usage_family(pid_t pid, struct usage_list *list);
void usage_free(struct usage_list *list);

/* The sums. shared is PSS minus USS, so that a page that processes share counts once. */
struct usage usage_total(const struct usage_list *list);

void usage_print(const struct usage_list *list, FILE *out);
json_t *usage_json(const struct usage_list *list);

#endif
