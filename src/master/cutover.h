/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cutover: what changes hands when a new generation serves: sockets, the log, the pid file, and
 * the clients. All of it changes or none. The first generation has no older one to replace.
 */
#ifndef MASTER_CUTOVER_H
#define MASTER_CUTOVER_H

#include "master/state.h"

/* Opens the sockets that the configuration asks for. 0, or a negative errno with a line in the
 * log: then nothing has changed. */
int cutover_plan_sockets(struct master *master, const struct config *config)
    __attribute__((warn_unused_result));

/* The same, and the log and the pid file. NULL, or what can't be done. */
const char *cutover_plan(struct master *master, const struct config *config)
    __attribute__((warn_unused_result));

/* Sets what the generation's processes inherit from the master: the core limit, whether they
 * keep registers, the names of the kernel's functions, and the buffers of listening sockets.
 * Not fatal. */
void cutover_apply(const struct generation *generation, const struct listeners *listeners);

/* The newest generation serves with what was planned; the one before drains. */
void cutover_commit(struct master *master);

/* The newest generation ends, and what was planned with it; the one before it, if there is one,
 * is the newest again. */
void cutover_roll_back(struct master *master);

#endif
