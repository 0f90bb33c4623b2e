/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise: the processes of a generation: starts them, notices their end, replaces them, ends
 * them.
 */
#ifndef MASTER_SUPERVISE_H
#define MASTER_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "master/generation.h"
#include "master/spawn.h"

/* Starts the workers of a new generation. None is replaced until supervise_begin(): if one
 * can't be forked, or ends, generation->failure says so. */
void supervise_start(struct generation *generation, const struct spawn_resources *resources);

/* Has the startup fail for another reason. */
void supervise_fail(struct generation *generation, const char *reason);

/* Has each of its workers said that it serves? */
bool supervise_ready(const struct generation *generation);

/* The generation serves: from now on its slots are kept filled, that of the observer, too. */
void supervise_begin(struct generation *generation, const struct spawn_resources *resources,
                     uint64_t now);

/* Fills the slots that are due. Where no process can be made, a later call tries again. The
 * end of each process is noticed by child_reap(): it is replaced, unless its slot has failed
 * too often: then the generation is in a crash loop. */
void supervise_spawn(struct generation *generation, const struct spawn_resources *resources,
                     uint64_t now);

/* Sends every process a signal. */
void supervise_signal(const struct generation *generation, int signal);

/* Hands every process the log that has been opened anew, or has changed: none of them opens
 * files. */
void supervise_hand_log(const struct generation *generation);

/* Hands its workers the access log that has been opened anew. */
void supervise_hand_access_log(const struct generation *generation);

/* Has the observer accept no new clients: its successor knows more. */
void supervise_drain_observer(const struct generation *generation);

/* Ends the generation: no process is replaced, workers drain, and those left after the
 * configured time (of a reload, or of the daemon's end) are killed. last: no other generation
 * follows, so its workers accept the clients that wait. A second call can only shorten the
 * time. */
void supervise_drain(struct generation *generation, uint64_t now, bool ending, bool last);

/* Ends the generation at once, drained or not. */
void supervise_end(struct generation *generation, uint64_t now);

/* Kills processes whose time to drain or to end is over. */
void supervise_enforce(struct generation *generation, uint64_t now);

/* When supervise_spawn() or supervise_enforce() has something to do next; 0: never. */
uint64_t supervise_next(const struct generation *generation);

#endif
