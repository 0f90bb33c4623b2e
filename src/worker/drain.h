/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drain: a worker stops accepting, and ends when its responses are complete, when its time is
 * over, or when the remaining clients make no progress.
 */
#ifndef WORKER_DRAIN_H
#define WORKER_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

/* A worker's part. Times are ms. */
struct drain {
    uint64_t until;      /* 0: it does not drain */
    uint64_t measure_at; /* when the progress of clients is looked at */
};

/* The master asks for it, see slot.drain_until and slot.ending. */
void drain_asked(struct worker *worker);

/* last: no other worker will accept, so this one accepts the clients that wait in the queues. A
 * second call does nothing. */
void drain_begin(struct worker *worker, bool last);

/* In each turn of the loop. */
void drain_run(struct worker *worker);

/* Counts responses that were cut, and says so. */
void drain_note_cut(struct worker *worker, unsigned cut, const char *why);

#endif
