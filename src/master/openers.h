/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * openers: the openers (opener.h) of a generation, one for each tree that has too many streamed
 * files to keep them open. One that ends is replaced; they are ended with the generation.
 */
#ifndef MASTER_OPENERS_H
#define MASTER_OPENERS_H

#include <stdint.h>

#include "master/generation.h"
#include "master/spawn.h"

struct open_file_line;

/* The catalogue is complete: makes what its processes need. 0 or a negative errno. */
int openers_create(struct generation *generation) __attribute__((warn_unused_result));

/* Starts those that are due; a later call tries again where no process can be made. */
void openers_run(struct generation *generation, const struct spawn_resources *resources,
                 uint64_t now);

/* Replaces those that run: they hold the log as it was when they began. */
void openers_renew(struct generation *generation);

/* When openers_run() has something to do next; 0: never. */
uint64_t openers_next(const struct generation *generation);

/* In a child: closes the sockets of this generation. */
void openers_let_go(const struct generation *generation);

/* In a worker, which keeps its own: the lines to all openers, NULL without memory. */
const struct open_file_line *openers_keep(const struct generation *generation, unsigned worker);

/* Ends them all. */
void openers_end(struct generation *generation);

#endif
