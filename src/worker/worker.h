/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker: one process, one epoll loop, many connections. What its parts share is one struct.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/date.h"
#include "worker/connection.h"
#include "worker/inherit.h"
#include "worker/reader.h"
#include "worker/splice.h"
#include "worker/stage.h"
#include "worker/transmit.h"
#include "worker/watch.h"

struct worker {
    const struct inherit *inherit;
    const struct shared *shared;        /* of inherit */
    const struct config_server *server; /* of shared->config */
    struct slot *slot;                  /* this worker's statistics */
    struct watch_set watches;
    uint64_t now;    /* milliseconds, once a turn of the loop */
    uint64_t now_ns; /* see activity.h */
    time_t date_second;
    char date[DATE_SIZE]; /* the Date field's value for date_second */

    struct timer_queue timers[CONNECTION_STATES];
    struct admissions admissions;
    uint64_t published;            /* ms, when the numbers of the memory were */
    bool unpublished;              /* they may have changed since */
    uint64_t trimmed;              /* ms, when free memory was given back */
    bool untrimmed;                /* connections have closed since */
    struct connection_queue queue; /* have more to do but gave up their turn */
    unsigned queued;
    unsigned connections;
    unsigned refused; /* of them: above the limit, only waiting for their end */
    size_t budget;    /* bytes the connection that has its turn may still send */
    struct transmit_load load;
    struct splice_pipe pipe; /* for handing pages over; there may be none */

    /* Buffers that one connection uses at a time, and never across two turns. */
    struct stage stage; /* what leaves next */
    char *inbox;        /* server->max_header_size bytes */
    char *path;         /* server->target_length bytes */
    char *chunk;       /* SNDBUF_TIMES * chunk_size + SENDER_LINE bytes, for pieces of a file */
    size_t chunk_size; /* what the least send buffer takes, see sndbuf_chunk() */

    struct trace *trace; /* these are shared, see activity.h */
    struct rows *rows;
    struct stacks *waits;
    uint32_t last_id; /* of a connection */

    bool *stale; /* by object: its file changed; it is answered with 500 */
    struct watch *listeners;
    struct watch signals;
    struct watch doorbell;
    struct watch handoff;
    struct watch loaded;
    struct reader *reader; /* for reads that would block the loop */
    struct watch master;
    struct watch control;
    uint64_t accept_paused;  /* ns, since when for lack of descriptors or memory; 0: not */
    uint64_t accept_again;   /* when accepting is tried again; 0: not paused */
    uint64_t complain_again; /* when a lack of descriptors is worth another line in the log */
    uint64_t drain_until;    /* 0: not draining */
    uint64_t measure_at;     /* draining: when the progress of clients is looked at */
    bool ended;
};

/* The worker's whole life; call in the child right after fork(2). Returns the exit status. */
int worker_run(const struct inherit *inherit);

#endif
