/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master: supervises the workers; serves no client.
 */
#ifndef MASTER_MASTER_H
#define MASTER_MASTER_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

/* What the command line asked for; kept for reloads. */
struct master_options {
    const char *file;
    const struct config_override *overrides;
    size_t override_count;
    bool detach;
    char *const *arguments; /* the command line; NULL at the end */
};

/* Runs the daemon with a checked configuration, which it then owns. Returns the exit status. */
int master_run(const struct master_options *options, struct config *config);

#endif
