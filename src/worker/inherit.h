/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inherit: everything that crosses the fork from the master to a worker. Nothing else is
 * shared; there are no global variables.
 */
#ifndef WORKER_INHERIT_H
#define WORKER_INHERIT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/slots.h"
#include "config/config.h"
#include "object/catalogue.h"

struct inherit {
    const struct config *config;       /* of this worker's generation */
    const struct catalogue *catalogue; /* likewise */
    const struct slots *slots;         /* likewise; the worker writes its own slot only */
    const int *listen_fds;             /* non-blocking, shared by all workers */
    size_t listen_count;
    unsigned slot;        /* 0 .. config->server.workers - 1 */
    unsigned generation;  /* counts reloads from 0 */
    const int *doorbells; /* an eventfd a worker: rung when it may accept again */
    int master_pipe;      /* readable (end of file) when the master is gone */
    uid_t user;           /* to become; (uid_t) -1: stay who we are */
    gid_t group;
};

#endif
