/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedtrace: the lines of `schedtrace` and `alloctrace`, each with a period of its own. What
 * they hold is described in tiffd-metrics(7), "Trace lines"; fields are only ever added before
 * the brackets.
 */
#ifndef MASTER_SCHEDTRACE_H
#define MASTER_SCHEDTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "master/generation.h"
#include "shared/slots.h"

enum schedtrace_kind { SCHEDTRACE_SCHED, SCHEDTRACE_ALLOC, SCHEDTRACE_KINDS };

#define SCHEDTRACE_VALUES 2

/* What a process had counted at one moment. */
struct schedtrace_count {
    pid_t pid;
    uint64_t values[SCHEDTRACE_VALUES];
};

/* One kind of line. Times are ms of clock.h. */
struct schedtrace_line {
    uint64_t every;                  /* 0: off */
    uint64_t next;                   /* 0: never */
    uint64_t last;                   /* what the next line is compared with */
    struct schedtrace_count *counts; /* of the processes at that time */
    size_t count;
    struct slot total; /* of slots at that time */
};

/* Begins zeroed. */
struct schedtrace {
    uint64_t began; /* ms, the first schedtrace_set() */
    struct schedtrace_line lines[SCHEDTRACE_KINDS];
};

/*
 * Takes the periods: at the start, before there is a worker, and after each reload. Lines that
 * are switched on count from now on, and the first comes after one period; a line whose period
 * has not changed comes when it was due. newest: the generation that serves, with older ones
 * that drain; gone: totals of those that have ended.
 */
void schedtrace_set(struct schedtrace *schedtrace, const struct config_debug *debug,
                    const struct generation *newest, const struct slot *gone, uint64_t now);

/* When schedtrace_run() has something to do; 0: never. */
uint64_t schedtrace_next(const struct schedtrace *schedtrace);

/* False: it can't be written, and is lost. */
typedef bool schedtrace_writer(const char *line, size_t length);

/* Has the lines that are due written. */
void schedtrace_run(struct schedtrace *schedtrace, const struct generation *newest,
                    const struct slot *gone, uint64_t now, schedtrace_writer *write);

void schedtrace_free(struct schedtrace *schedtrace);

#endif
