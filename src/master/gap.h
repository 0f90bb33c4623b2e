/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gap: the time in which objects are answered with 503, because there is no room for their new
 * content beside the old (reload_order = old_first). The generation that serves lacks them;
 * when the generations before it have ended, another reload loads them.
 */
#ifndef MASTER_GAP_H
#define MASTER_GAP_H

#include <stdbool.h>
#include <stdint.h>

struct master;

struct gap {
    uint64_t since;    /* ms of clock.h: its begin; 0: there is none */
    uint64_t retry_at; /* not before */
    unsigned failures; /* reloads that did not end it */
};

/* The newest generation has just taken over. True: it lacks objects, so a gap has begun or
 * continues, and the older generations have drain_timeout to end. False: it lacks none. */
bool gap_found(struct master *master);

/* A reload has failed. */
void gap_stays(struct master *master);

/* Must a reload wait until the old content has gone? */
bool gap_waits(const struct master *master);

/* Loads what is lacking when there is room; and when that is due without an event, 0: never. */
void gap_run(struct master *master, uint64_t now);
uint64_t gap_next(const struct master *master);

#endif
