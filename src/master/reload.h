/* SPDX-License-Identifier: BSD-2-Clause */
/* reload: another configuration takes over, or nothing changes. */
#ifndef MASTER_RELOAD_H
#define MASTER_RELOAD_H

#include "master/state.h"

#define RELOAD_WORKERS_MAX 1024 /* as of [server] workers */

/* Reads the configuration, and starts a generation with it (startup.h); what fails is told
 * in the log. While a generation starts: once more after that. */
void reload_run(struct master *master);

/* The same for the files of some sections alone, by number, with the configuration that there
 * is. False: it must wait. */
bool reload_changed(struct master *master, const bool *changed);

/* Tells everybody how a reload ended; reason NULL: the newest generation serves. */
void reload_over(struct master *master, const char *reason);

/* It has failed, and the newest generation continues: logs the reason and tells everybody, with
 * the first error of this process and of the loader since the reload began. */
void reload_fail(struct master *master, const char *reason);

#endif
