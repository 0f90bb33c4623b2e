/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * respawn: decides when a dead worker is replaced. Pure policy: no clock, no process.
 */
#ifndef MASTER_RESPAWN_H
#define MASTER_RESPAWN_H

#include <stdbool.h>
#include <stdint.h>

#define RESPAWN_DELAY_MAX 30000 /* milliseconds */
#define RESPAWN_GIVE_UP   8     /* failures in a row that end the daemon */
#define RESPAWN_FAST      1000  /* milliseconds of life that are a failure */

/* The number of failures in a row after the death of a process that lived for so many
 * milliseconds. A process that had served, or had only lacked clients, restarts the count; one
 * that dies at once will probably do so again. */
unsigned respawn_failures(unsigned failures, bool served, uint64_t lived);

/* Should the daemon give up? A crash loop that looks healthy from outside is worse than an
 * exit. */
bool respawn_is_crash_loop(unsigned failures);

/* Milliseconds to wait before the next try: 0, 1 s, 2 s, 4 s ... RESPAWN_DELAY_MAX. */
uint64_t respawn_delay(unsigned failures);

#endif
