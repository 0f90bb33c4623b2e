/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files: the log and the pid file after a reload. Both change when the new generation serves,
 * or none does.
 */
#ifndef MASTER_FILES_H
#define MASTER_FILES_H

#include "master/state.h"

/* Opens and writes what the configuration names and the running one does not. 0, or -1 with a
 * line in the log: then nothing has changed. */
int files_plan(struct master *master, const struct config *next)
    __attribute__((warn_unused_result));

/* Ends a plan: the files take the place of those before, for all processes; or they go. */
void files_commit(struct master *master);
void files_abandon(struct master *master);

#endif
