/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orphan: what the observer, which outlives the master, does after the master's death: it
 * logs the reason and writes the profiles of all processes.
 */
#ifndef MASTER_AFTERMATH_H
#define MASTER_AFTERMATH_H

#include <sys/types.h>

struct channel_message;

/* In the observer; lent: the newest generation that it knows. What the master tells of a
 * worker: its place has a new process (CHANNEL_WORKER), whose profile begins now; what tells
 * its memory (CHANNEL_MEMORY); or a generation has ended (CHANNEL_ENDED). Owns the descriptor;
 * -1: none. */
void aftermath_heed(void *lent, const struct channel_message *message, int descriptor);

/* The master is gone. Returns when all is written, or what is stuck on a disk is given up. */
void aftermath_run(void *lent);

#endif
