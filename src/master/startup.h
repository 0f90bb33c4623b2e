/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * startup: the time in which a generation's objects are loaded and its workers begin, until all
 * of them serve. Until then the generation before goes on accepting; if one of them can't, it
 * just goes on.
 */
#ifndef MASTER_TRIAL_H
#define MASTER_TRIAL_H

#include "master/state.h"

/* Becomes the newest, whose objects are being loaded. Its workers get the listeners that the
 * master has planned. */
void trial_begin(struct master *master, struct generation *generation);

/* Goes on with the trial of the newest generation if it has one; ends it when all of its
 * workers serve, or one can't, or it takes too long. */
void trial_run(struct master *master, uint64_t now);

/* The daemon ends meanwhile: so does the trial, without a reply. */
void trial_cancel(struct master *master);

/* What to poll(2) for; -1: there is no trial. And when it has taken too long; 0: never. */
int trial_descriptor(const struct master *master);
uint64_t trial_next(const struct master *master);

#endif
