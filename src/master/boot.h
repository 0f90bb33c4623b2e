/* SPDX-License-Identifier: BSD-2-Clause */
/* boot: what the master needs of the system before it can load objects. */
#ifndef MASTER_BOOT_H
#define MASTER_BOOT_H

#include <stdbool.h>

#include "config/config.h"
#include "master/generation.h"

/* For the workers of a generation with this configuration: a descriptor for each connection,
 * and what the living generations (the newest of them, or NULL) hold open. A limit that is
 * higher already stays; if the hard limit is too low, a line in the log says so. */
void boot_raise_descriptor_limit(const struct config *config, const struct generation *living);

/* Before the first workers inherit it: a daemon in the background lets the terminal go. Its log
 * continues there until it serves, if it has no file. */
void boot_leave_terminal(bool detach);

/* Says so if the log is syslogd and it can't be reached. */
void boot_probe_syslog(const struct config_log *config);

/* Sets the log's level, and opens its file if there is one. 0, or a negative errno with a line
 * in the log. */
int boot_open_log(const struct config *config) __attribute__((warn_unused_result));

#endif
