/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker: one process, one epoll loop, many connections. One struct holds what its parts share.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/date.h"
#include "worker/acceptor.h"
#include "worker/access_log.h"
#include "worker/activity.h"
#include "worker/admission.h"
#include "worker/connection.h"
#include "worker/connections.h"
#include "worker/drain.h"
#include "worker/exchange.h"
#include "worker/inflight.h"
#include "worker/inherit.h"
#include "worker/open_file.h"
#include "worker/sender.h"
#include "worker/stage.h"
#include "worker/turns.h"
#include "worker/upkeep.h"
#include "worker/watch.h"

struct worker {
    const struct inherit *inherit;
    const struct shared *shared;        /* of inherit */
    const struct config_server *server; /* of shared->config */
    struct slot *slot;                  /* this worker's statistics */

    /* The loop's. */
    uint64_t now;    /* milliseconds, once a turn of the loop */
    uint64_t now_ns; /* see activity.h */
    time_t date_second;
    char date[DATE_SIZE]; /* the Date field's value for date_second */
    struct watch_set watches;
    struct watch signals;
    struct watch master;
    struct watch channel;
    struct watch handoff;
    bool ended;

    /* What each of its parts keeps, see the header of that name. */
    struct acceptor acceptor;
    struct connections connections;
    struct turns turns;
    struct exchange exchange;
    struct stage stage; /* what leaves next: of one connection, never across two turns */
    struct sender sender;
    struct open_files open_files;
    struct admissions admissions;
    struct activities activities;
    struct access_log access_log;
    struct inflight *spare_inflight; /* for the next connection; NULL: none */
    struct drain drain;
    struct upkeep upkeep;
};

/* The worker's whole life; call in the child right after fork(2). Returns the exit status. */
int worker_run(const struct inherit *inherit);

#endif
