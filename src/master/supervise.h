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
#include "master/listeners.h"

struct pidfh;

/* What a worker is given besides its generation. */
struct supervise_lends {
    const struct listeners *listeners;
    int signal_fd;          /* the master's own: a worker closes it */
    int detached;           /* see detach_begin(); a worker closes it; -1: none */
    struct pidfh *pid_file; /* locked by the master; a worker lets go of it; NULL: none */
    int pipe[2]; /* a worker keeps the end to read: its end of file says the master is gone */
};

/* Asks for every place to be filled at once. */
void supervise_begin(struct generation *generation, uint64_t now);

/* Fills the places that are due. False when no process could be made (a later call tries
 * again). */
bool supervise_spawn(struct generation *generation, const struct supervise_lends *lends,
                     uint64_t now);

/* Notes that this process has ended, with the status of wait(2). False: not one of ours. Sets
 * *hopeless when its place has failed too often. */
bool supervise_reap(struct generation *generation, pid_t pid, int status, uint64_t now,
                    bool *hopeless);

/* Sends every worker a signal. */
void supervise_signal(const struct generation *generation, int signal);

/* Ends the generation: no place is filled again, workers drain, and who is left after the
 * configured time is killed. last: no other generation follows, so its workers take who waits.
 */
void supervise_drain(struct generation *generation, uint64_t now, bool last);

/* Kills workers whose time to drain is over. */
void supervise_enforce(struct generation *generation, uint64_t now);

/* When supervise_spawn() or supervise_enforce() has something to do next; 0: never. */
uint64_t supervise_next(const struct generation *generation);

#endif
