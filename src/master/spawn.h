/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn: what a child does right after the fork: releases what belongs to the master, then
 * becomes what its slot is for.
 */
#ifndef MASTER_SPAWN_H
#define MASTER_SPAWN_H

#include "master/control.h"
#include "master/generation.h"
#include "master/listeners.h"
#include "master/pid_file.h"
#include "master/takeover.h"
#include "master/upgrade.h"
#include "shared/history.h"
#include "shared/load_progress.h"

struct view;

/* What the master holds when it forks: a child uses some of it and closes the rest. */
struct spawn_resources {
    const struct listeners *listeners; /* of [server] */
    const struct listeners *observed;  /* of [debug]; without any there is no observer */
    const struct listeners
        *all[4]; /* that the master has: a child closes what is not its own */
    struct generation *const *newest;
    struct load_progress *progress;      /* of loading objects */
    struct history *history;             /* see sampling.h */
    uint32_t *access_torn;               /* see access_file_share() */
    const struct slot *total;            /* of generations that are gone */
    char *const *arguments;              /* the command line; NULL at the end */
    int signal_fd;                       /* the master's own: a child closes it */
    int detached;                        /* see detach_begin(); a child closes it; -1: none */
    const struct pid_file *pid_files[2]; /* locked by the master; a child closes them */
    const struct takeover *takeover;     /* sockets to other masters; a child closes them */
    const struct upgrade *upgrade;
    const struct watching *watching; /* its pipe: a child closes it */
    const struct control *control;   /* the control socket; a child closes it */
    int pipe[2]; /* a child keeps the end to read: its end of file says the master is gone */
};

/* channel: the process's end, see channel.h. */
_Noreturn void spawn_worker(const struct generation *generation,
                            const struct spawn_resources *resources, unsigned slot,
                            int channel);

struct tree;

/* sockets: one a worker, see opener.h; NULL: out of memory. */
_Noreturn void spawn_opener(struct generation *generation,
                            const struct spawn_resources *resources, const struct tree *tree,
                            const int *sockets);

/* What the observer sees: this generation and those that still drain. NULL without memory. */
const struct view *spawn_view(const struct generation *generation,
                              const struct spawn_resources *resources);
void spawn_free_view(const struct view *view);

_Noreturn void spawn_observer(struct generation *generation,
                              const struct spawn_resources *resources, int channel);

#endif
