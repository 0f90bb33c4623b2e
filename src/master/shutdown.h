/* SPDX-License-Identifier: BSD-2-Clause */
/* shutdown: how the daemon and replaced generations end. */
#ifndef MASTER_SHUTDOWN_H
#define MASTER_SHUTDOWN_H

#include <stdbool.h>

#include "master/state.h"

/* SIGTERM, SIGQUIT or SIGINT: no connection is accepted any more, and workers drain or end. */
void shutdown_begin(struct master *master, int signal);

/* A new program has taken over: no connection is accepted any more, and workers drain as after
 * a reload. */
void shutdown_replaced(struct master *master);

/* Gives up when workers die before they serve. */
void shutdown_of_crash_loop(struct master *master);

/* Frees generations that have ended, and abandons what takes too long. */
void shutdown_run(struct master *master, uint64_t now);

/* When there is something to abandon, in milliseconds of clock.h; 0: never. */
uint64_t shutdown_next(const struct master *master);

/* Is nothing left to wait for? */
bool shutdown_over(const struct master *master);

#endif
