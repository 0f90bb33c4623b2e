/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus: runs the same benchmark of two programs in turn. A machine that is slower for a
 * minute then slows both, which one after the other looks like a difference between them.
 */
#ifndef BENCH_VERSUS_H
#define BENCH_VERSUS_H

#include <stdbool.h>

struct versus {
    const char *old, *new; /* paths of programs */
    const char *benchtime; /* passed on as it was given; NULL: it was not */
    unsigned count;        /* runs of each */
};

/* Runs the benchmark of this name count times in both, and prints the lines of its results,
 * each behind a line "version: old" or "version: new", which Go's benchstat knows (-col
 * version). False, and a message, if a program can't be run, fails, or has no such benchmark.
 */
bool versus_run(const struct versus *versus, const char *name);

#endif
