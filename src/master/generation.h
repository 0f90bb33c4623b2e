/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generation: one configuration, the objects it names, and the workers that serve them.
 * Immutable once built: a reload makes a new one and lets the old one drain.
 */
#ifndef MASTER_GENERATION_H
#define MASTER_GENERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/child.h"
#include "base/proc_memory.h"
#include "config/config.h"
#include "master/access_file.h"
#include "master/carryover.h"
#include "master/instruments.h"
#include "master/postmortem.h"
#include "master/process.h"
#include "object/catalogue.h"
#include "sandbox/confine.h"
#include "shared/shared.h"
#include "worker/handoff.h"

#define GENERATION_REASON_SIZE 128

struct opener;

struct generation {
    struct generation *older;    /* NULL: none; the newest is the one that serves */
    struct shared shared;        /* with its processes; owned, but for the tables */
    struct catalogue *catalogue; /* that of shared, until it is complete */
    struct instruments instruments;
    struct carryover gone;      /* counted by generations that have ended */
    struct process *processes;  /* one a worker, then the observer's */
    struct proc_memory *memory; /* of each worker */
    int *doorbells;             /* an eventfd a worker, see inherit.h */
    struct handoff *handoffs;   /* one a worker; NULL: connections stay where they are */
    struct opener *openers;     /* see openers.h */
    size_t opener_count;
    struct access_file access_log; /* that its workers write to */
    unsigned alive;                /* slots with a process */
    struct postmortem postmortem;
    int ready_fd;                         /* an eventfd: a worker has begun to serve */
    bool starting;                        /* not all of its workers have */
    char failure[GENERATION_REASON_SIZE]; /* starting: why one can't; "": none */
    bool crash_loop;                      /* its workers die before they serve */
    bool recorded;    /* the profiles of its whole life are written, or being written */
    uint64_t kill_at; /* draining: when the remaining processes are killed; 0: serving */
    struct confinement confinement; /* that of shared */
};

/* Reads and checks the configuration: what `-t` does. check: of each asset, see catalogue.h.
 * NULL with the errors in report. */
struct config *generation_configure(const char *file, const struct config_override *overrides,
                                    size_t override_count, config_asset_check *check,
                                    struct report *report);

/*
 * All of it but its objects, which are to be loaded (loading.h), and its processes. It then
 * owns config (also on failure). previous is the one before, or NULL; number counts reloads and
 * upgrades. NULL on failure, with a line in the log.
 */
struct generation *generation_create(struct config *config, const struct generation *previous,
                                     unsigned number) __attribute__((warn_unused_result));

/* It takes the place of the previous one: the counters of sections continue. */
void generation_inherit(struct generation *generation, const struct generation *previous);

/* In a child: closes what the workers of this generation and of older ones share, which would
 * keep open what lies in their handoffs. */
void generation_let_go(const struct generation *generation);

/* In a child: closes what only the master may hold to reach the processes of this generation
 * and of older ones. */
void generation_let_go_of_processes(const struct generation *generation);

/* In a child: closes the access logs of this generation and of older ones, but that of its own
 * (NULL: it has none). */
void generation_let_go_of_access_logs(struct generation *generation,
                                      const struct generation *own);

/* In a worker: closes the files of /proc that show the memory of other workers. */
void generation_let_go_of_memory(const struct generation *generation);

/* Frees a generation without processes. Its statistics are added to total, those of its objects
 * to successor, which has taken its place (NULL: none). */
void generation_destroy(struct generation *generation, struct generation *successor,
                        struct slot *total);

#endif
