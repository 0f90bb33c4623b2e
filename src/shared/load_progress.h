/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_progress: the progress of loading objects, in memory that the master and the loader
 * write and the observer reads; also shown on a terminal.
 */
#ifndef SHARED_LOAD_PROGRESS_H
#define SHARED_LOAD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "shared/roster.h"

/* The current load, or else the last one. */
struct load_progress {
    uint32_t loading;  /* 1: in progress */
    uint32_t terminal; /* 1: standard error is a terminal */
    uint64_t began;    /* ms of clock.h */
    uint64_t bytes;    /* read from files so far */
    uint64_t expected; /* to be read in all */
    uint64_t shown;    /* ms of clock.h: when the line was last updated; 0: never */
    char problem[ROSTER_REASON_SIZE]; /* the first error of the last reload; "": none */
};

/* MAP_SHARED, zeroed. NULL with errno. */
struct load_progress *load_progress_create(void) __attribute__((warn_unused_result));
void load_progress_destroy(struct load_progress *progress);

/* Call at the beginning of a load, before it is known how much must be read, and at the end. */
void load_progress_begin(struct load_progress *progress);
void load_progress_end(struct load_progress *progress);

/* From any thread: adds to the number of bytes to be read, or subtracts those of an unchanged
 * file. */
void load_progress_expect(struct load_progress *progress, uint64_t bytes);
void load_progress_skip(struct load_progress *progress, uint64_t bytes);

/* From any thread: adds to the number of bytes read. If standard error is a terminal and the
 * load takes long, updates a line there. */
void load_progress_add(struct load_progress *progress, uint64_t bytes);

/* Ends the line on the terminal, if there is one. */
void load_progress_done(struct load_progress *progress);

/* "loading: 42 % of 2.00 GB, 1.21 GB/s, 1 s left"; elapsed in ms. Pure. */
void load_progress_line(const struct load_progress *progress, uint64_t elapsed, char *line,
                        size_t size);

#endif
