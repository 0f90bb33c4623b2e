/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_progress: how far objects are loaded, in memory that the master and the loader share and
 * the observer reads; and as a line on a terminal.
 */
#ifndef SHARED_LOAD_PROGRESS_H
#define SHARED_LOAD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "shared/roster.h"

/* The load that runs, or else the last one. */
struct load_progress {
    uint32_t loading;  /* 1: one runs */
    uint32_t terminal; /* 1: standard error is one */
    uint64_t began;    /* ms of clock.h */
    uint64_t bytes;    /* read of files */
    uint64_t expected; /* of these, in all */
    uint64_t shown;    /* ms of clock.h: the last line on the terminal; 0: none */
    char problem[ROSTER_REASON_SIZE]; /* the first error of the last reload; "": none */
};

/* MAP_SHARED, zeroed. NULL with errno. */
struct load_progress *load_progress_create(void) __attribute__((warn_unused_result));
void load_progress_destroy(struct load_progress *progress);

/* A load begins, and has not found out how much there is to read; and ends. */
void load_progress_begin(struct load_progress *progress);
void load_progress_end(struct load_progress *progress);

/* Any thread: so many bytes more are to be read; or fewer, since nothing has changed. */
void load_progress_expect(struct load_progress *progress, uint64_t bytes);
void load_progress_skip(struct load_progress *progress, uint64_t bytes);

/* Any thread: so many bytes more have been read. A load that takes long writes a line to
 * standard error, over the one before, where that is a terminal. */
void load_progress_add(struct load_progress *progress, uint64_t bytes);

/* Ends the line on the terminal, if there is one. */
void load_progress_done(struct load_progress *progress);

/* "loading: 42 % of 2.00 GB, 1.21 GB/s, 1 s left"; elapsed in ms. Pure. */
void load_progress_line(const struct load_progress *progress, uint64_t elapsed, char *line,
                        size_t size);

#endif
