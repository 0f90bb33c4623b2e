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

/* Failures in a row after the death of a process that had lived for so many milliseconds. One
 * that had served, or that only had nobody to serve, is bad luck and starts the count anew; one
 * that dies as soon as it is there will likely do so again. */
unsigned respawn_failures(unsigned failures, bool served, uint64_t lived);

/* Is it pointless to continue? A loop of dying workers that looks healthy from outside helps
 * nobody. */
bool respawn_is_crash_loop(unsigned failures);

/* Milliseconds to wait before the next try: 0, 1 s, 2 s, 4 s ... RESPAWN_DELAY_MAX. */
uint64_t respawn_delay(unsigned failures);

#endif
