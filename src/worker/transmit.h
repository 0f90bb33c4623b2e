/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transmit: how the bytes of a body get into a socket. Pure policy; sender.c acts on it.
 *
 * Copying costs the worker's processor a pass over the bytes, and leaves them in a cache that a
 * client on the same machine reaches next. Handing pages over costs less here and more there.
 * So a worker with idle time copies, and a busy one passes pages: if clients are the
 * bottleneck, the copy is free and helps them; if the worker is, it is the time that can be
 * saved. That holds over loopback. Between network namespaces (veth) copying was faster in
 * every case; network cards have not been measured.
 */
#ifndef WORKER_TRANSMIT_H
#define WORKER_TRANSMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

#define TRANSMIT_WINDOW 10000000 /* ns, over which a worker's load is judged */
#define TRANSMIT_IDLE   20       /* busy: less than one part of so many was spent waiting */

/* A worker's load. All zero is a worker that has just begun, and is not busy. */
struct transmit_load {
    uint64_t began;  /* ns, when the window did */
    uint64_t waited; /* ns in it that the worker waited for events */
    bool busy;       /* in the window before */
};

enum transmit_way {
    TRANSMIT_COPY,  /* send(2), from memory or from what was read */
    TRANSMIT_FILE,  /* sendfile(2) */
    TRANSMIT_PAGES, /* vmsplice(2) and splice(2), from memory that can't change */
};

/* What there is to choose from, for one piece of a body. */
struct transmit_choice {
    bool mapped;   /* the object is in memory, whole and immutable */
    bool file;     /* it is in a file */
    bool pipe;     /* the worker has a pipe for pages */
    bool loopback; /* the client is on this machine, in this network namespace */
    bool large;    /* the body is: below, a copy is cheaper than its preparation */
};

/* The worker waited for events from one time to the other, both in ns. */
void transmit_waited(struct transmit_load *load, uint64_t from, uint64_t to);

enum transmit_way transmit_choose(enum transmit transmit, struct transmit_choice choice,
                                  bool busy);

#endif
