/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: how much memory processes use, from /proc. PSS divides a page by the number of
 * processes that map it, so that the sum over processes counts every page once; a sum of RSS
 * does not.
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
    bool complete;   /* else only vsz and rss are known: smaps_rollup may not be read */
    uint64_t vsz;    /* address space */
    uint64_t rss;    /* pages that are mapped */
    uint64_t pss;    /* the same, shared ones by their share */
    uint64_t uss;    /* pages that no other process maps */
    uint64_t shared; /* pages that others map, too */
};

struct usage_list {
    struct usage *items; /* the first one is what was asked for */
    size_t count;
};

/* Of one process. False: there is none. */
bool usage_read(pid_t pid, struct usage *usage) __attribute__((warn_unused_result));

/* A process and all that descend from it. Free with usage_free(). */
void usage_family(pid_t pid, struct usage_list *list);
void usage_free(struct usage_list *list);

/* The sums. shared is what is left of PSS without USS: a page that processes share counts once.
 */
struct usage usage_total(const struct usage_list *list);

void usage_print(const struct usage_list *list, FILE *out);
json_t *usage_json(const struct usage_list *list);

#endif
