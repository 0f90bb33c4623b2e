/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inherit: what a worker is given when the master forks. The only other global state is the
 * log's sink and a few variables in src/stack/ and src/profile/, most of them for signal
 * handlers and hooks.
 */
#ifndef WORKER_INHERIT_H
#define WORKER_INHERIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "object/catalogue.h"
#include "profile/tables.h"
#include "sandbox/confine.h"
#include "shared/shared.h"
#include "worker/handoff.h"
#include "worker/open_file.h"

struct inherit {
    const struct shared *shared; /* with all processes of this worker's generation */
    bool sample_cpu;             /* CPU profiles may be requested */
    bool sample_heap;            /* heap profiles may be requested */
    bool publish_memory;         /* and how much there is, see slots.h */
    bool observed;               /* and what the kernel holds of each connection */
    const int *listen_fds;       /* non-blocking, shared by all workers */
    size_t listen_count;
    const bool *listen_proxied;     /* by socket: a proxy tells for whom it connects */
    unsigned slot;                  /* 0 .. config->server.workers - 1 */
    const int *doorbells;           /* an eventfd a worker: rung when it may accept again */
    const struct handoff *handoffs; /* one a worker; NULL: connections stay where they are */
    const struct open_file_line *lines; /* to openers */
    size_t line_count;
    int ready_fd;          /* an eventfd: tells the master to look at slot.ready */
    int master_pipe;       /* readable (end of file) when the master is gone */
    int access_log;        /* where requests are logged; -1: nowhere */
    uint32_t *access_torn; /* see outlet_write(); shared with all workers */
    int channel;           /* what the master says, see channel.h */
};

#endif
