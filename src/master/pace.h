/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace: the lines of `schedtrace` and `alloctrace`, each at a pace of its own. What they hold
 * is told in tiffd-debug(7), "Lines in the terminal"; fields are only ever added before the
 * brackets.
 */
#ifndef MASTER_PACE_H
#define MASTER_PACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "master/generation.h"
#include "shared/slots.h"

enum pace_kind { PACE_SCHED, PACE_ALLOC, PACE_KINDS };

/* What a process had counted at one moment. */
struct pace_count {
    pid_t pid;
    uint64_t value;
};

/* One kind of line. Times are ms of clock.h. */
struct pace_line {
    uint64_t every;            /* 0: off */
    uint64_t next;             /* 0: never */
    uint64_t last;             /* what the next line is compared with */
    struct pace_count *counts; /* of the processes at that time */
    size_t count;
    struct slot total; /* of slots at that time */
};

/* Begins zeroed. */
struct pace {
    uint64_t began; /* ms, the first pace_set() */
    struct pace_line lines[PACE_KINDS];
};

/*
 * Takes the periods: at the start, before there is a worker, and after each reload. Lines that
 * are switched on count from now on, and the first comes after one period; a line whose period
 * has not changed keeps its pace. newest: the generation that serves, with older ones that
 * drain; gone: totals of those that have ended.
 */
void pace_set(struct pace *pace, const struct config_debug *debug,
              const struct generation *newest, const struct slot *gone, uint64_t now);

/* When pace_run() has something to do; 0: never. */
uint64_t pace_next(const struct pace *pace);

/* Writes the lines that are due to fd, each with one write(2); what can't be written is lost.
 */
void pace_run(struct pace *pace, const struct generation *newest, const struct slot *gone,
              uint64_t now, int fd);

void pace_free(struct pace *pace);

#endif
