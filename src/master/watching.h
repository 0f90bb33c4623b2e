/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching: the master's side of the watcher (watcher.h): starts one for the generation that
 * serves, and reloads the sections that it reports.
 */
#ifndef MASTER_WATCHING_H
#define MASTER_WATCHING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"

struct generation;
struct master;

struct watching {
    struct child child;
    int pipe;                            /* to read from; 0: there is none */
    const struct generation *generation; /* that it watches; NULL: none */
    bool *changed;                       /* its sections, by number */
    bool any;                            /* of them */
    unsigned failures;
    uint64_t since;
    uint64_t spawn_at; /* 0: it runs, or none is needed */
};

/* Another generation serves: watches that one. */
void watching_follow(struct master *master);

/* Reads reports, and begins a reload when nothing else is under way. */
void watching_run(struct master *master, uint64_t now);

/* What to poll(2) for; -1: nothing. And when watching_run() has something to do next; 0: never.
 */
int watching_descriptor(const struct master *master);
uint64_t watching_next(const struct master *master);

/* In a child: closes the pipe. */
void watching_let_go(const struct watching *watching);

/* Ends the watcher, if there is one. */
void watching_end(struct watching *watching);

/* Replaces the watcher, if one runs: it holds the log as it was when it began. */
void watching_renew(struct watching *watching);

#endif
