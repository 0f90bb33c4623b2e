/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steering: which worker should serve a connection. If the packets of a client arrive on the
 * CPU of its worker, no data moves between the caches of two CPUs, and neither has to wake the
 * other. Pure policy over what the workers publish.
 */
#ifndef WORKER_STEERING_H
#define WORKER_STEERING_H

#include <stdint.h>

#include "shared/slots.h"

#define STEERING_NOBODY (-1)

/* One choice. */
struct steering {
    const struct slots *slots;
    unsigned here;  /* the worker that has the connection */
    int cpu;        /* where its packets arrive; negative: unknown */
    uint64_t limit; /* connections a worker may have */
    uint64_t now;   /* ms */
};

/*
 * The worker that should have the connection instead: the one with the fewest connections among
 * those that run on the CPU, have no more connections than this one, and do not have their
 * share (balance.h). STEERING_NOBODY: it stays.
 */
int steering_choose(const struct steering *steering);

#endif
