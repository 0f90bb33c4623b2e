/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * startup: loads the objects of a generation and starts its workers, until all of them serve.
 * Until then the generation before it accepts connections; if one of the new workers can't
 * serve, it continues to.
 */
#ifndef MASTER_STARTUP_H
#define MASTER_STARTUP_H

#include "master/state.h"

/* Becomes the newest, whose objects are being loaded; changed: see loading_begin(). Its workers
 * get the listeners that the master has planned. */
void startup_begin(struct master *master, struct generation *generation, const bool *changed);

/* Continues the startup of the newest generation, if it is not over; ends it when all of its
 * workers serve, or one can't, or it takes too long. */
void startup_run(struct master *master, uint64_t now);

/* The daemon ends meanwhile: so does the startup, without a reply. */
void startup_cancel(struct master *master);

/* What to poll(2) for; -1: no generation is starting. And the deadline; 0: none.
 */
int startup_descriptor(const struct master *master);
uint64_t startup_next(const struct master *master);

#endif
