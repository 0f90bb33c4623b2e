/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orphan: what the observer, which outlives the master, does after the master's death: it
 * logs the reason and writes the profiles of all processes.
 */
#ifndef MASTER_ORPHAN_H
#define MASTER_ORPHAN_H

#include <sys/types.h>

struct channel_message;

/* In the observer; argument: the newest generation that it knows. What the master tells of a
 * worker: its slot has a new process (CHANNEL_WORKER), whose profile begins now; what tells
 * its memory (CHANNEL_MEMORY); or a generation has ended (CHANNEL_ENDED). Owns the descriptor;
 * -1: none. */
void orphan_on_message(void *argument, const struct channel_message *message, int descriptor);

/* The master is gone. Returns when all is written, or what is stuck on a disk is given up. */
void orphan_run(void *argument);

#endif
