/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * totals: sums over all generations and processes, including those that have ended, so that
 * counters never decrease; and what single workers use now.
 */
#ifndef PAGES_TOTALS_H
#define PAGES_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "observer/view.h"

/* CPU time. The kernel tells its parts in ticks: they are a little less than the whole, and
 * without /proc nothing. */
struct totals_cpu {
    uint64_t all_ns;
    uint64_t user_ns;
    uint64_t system_ns;
};

struct totals {
    struct slot sum;       /* everything counted since the daemon's start; no gauges */
    struct totals_cpu cpu; /* of workers */
    uint64_t restarts;
};

/* One worker that is there now, of any generation. */
struct totals_worker {
    const struct view *view;
    const struct slot *slot;
    unsigned number;
    pid_t pid;             /* 0: no process is in its slot */
    struct totals_cpu cpu; /* of all processes that have been in its slot */
    uint64_t pss;          /* bytes; 0: unknown */
    uint64_t delay_ns; /* that its loop could run and did not; of the process that is there */
    uint64_t spawned;  /* processes so far */
};

void totals_take(const struct view *view, struct totals *totals);

/* All workers of the newest generation, then those of older ones that still drain. Free with
 * free(3). NULL without memory. */
struct totals_worker *totals_workers(const struct view *view, unsigned *count)
    __attribute__((warn_unused_result));

/* The newest exemplar of a bucket that any worker has, those that have ended included. offset:
 * of the struct exemplars in struct slot. False: there is none. */
bool totals_exemplar(const struct view *view, size_t offset, unsigned bucket,
                     struct exemplar *newest) __attribute__((warn_unused_result));

/* Connections that the workers of the newest generation may have together. */
uint64_t totals_connection_limit(const struct view *view);

/* tcmalloc's numbers of these. */
struct slot_memory totals_memory(const struct totals_worker *workers, unsigned count);

/* What has been answered from a section's objects, and how that went: of this generation, and
 * of sections at the same path and in the same variant in older ones. */
struct slot_counters totals_counters(const struct view *view, unsigned section);
struct slot_timing totals_timing(const struct view *view, unsigned section);

/* Counted by the view's own generation alone: responses with a section's objects, and the CPU
 * time of its workers in ns. */
struct slot_counters totals_own_counters(const struct view *view, unsigned section);
struct totals_cpu totals_own_cpu(const struct view *view);

#endif
