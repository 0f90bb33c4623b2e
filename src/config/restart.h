/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart: what a reload can't change.
 */
#ifndef CONFIG_RESTART_H
#define CONFIG_RESTART_H

#include "config/config.h"

/* Writes the names of the keys that differ between the two and that only a restart changes,
 * with spaces between them: "server.pid_file log.file". Returns how many there are. */
size_t restart_needed(const struct config *running, const struct config *next, char *names,
                      size_t size);

#endif
