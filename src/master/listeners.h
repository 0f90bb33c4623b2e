/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners: the sockets that all workers accept from. They belong to the master and outlive
 * generations, so a reload loses no connection that waits in a queue.
 */
#ifndef MASTER_LISTENERS_H
#define MASTER_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

struct listeners {
    int *fds;     /* non-blocking, close-on-exec */
    char **names; /* the address as configured, or as inherited */
    size_t count;
    bool inherited; /* from the service manager; then none are bound */
};

/* The name in LISTEN_FDNAMES of sockets for [debug]; all others are for [server]. */
#define LISTENERS_DEBUG "debug"

/* Takes the sockets of LISTEN_FDS over (sd_listen_fds_with_names(3)); none is not an error. 0
 * or negative errno, with a line in the log. */
int listeners_inherit(struct listeners *server, struct listeners *debug)
    __attribute__((warn_unused_result));

/* Makes the set what the configuration asks for: keeps those that are in both, binds new ones,
 * then closes what is no longer wanted. On failure (negative errno, with a line in the log)
 * nothing changes. */
int listeners_update(struct listeners *listeners, const struct listen_list *wanted, int backlog)
    __attribute__((warn_unused_result));

/* Closes all; removes the files of Unix sockets that were bound here. */
void listeners_close(struct listeners *listeners);

#endif
