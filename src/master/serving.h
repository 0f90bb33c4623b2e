/* SPDX-License-Identifier: BSD-2-Clause */
/* serving: what the master does for the generation that serves: processes, profiles, trace
 * lines. */
#ifndef MASTER_SERVING_H
#define MASTER_SERVING_H

#include "master/state.h"

/* The newest generation begins to serve. */
void serving_begin(struct master *master);

/* Announces the start of the daemon, in the log and to the waiting parent. */
void serving_announce(struct master *master);

/* Writes the files of all profiles that are on. */
void serving_write_profiles(const struct master *master);

/* Does what is due, and tells when something is next; 0: never. Milliseconds of clock.h. */
void serving_run(struct master *master, uint64_t now);
uint64_t serving_next(const struct master *master);

#endif
