/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marker: frames that name a reason instead of code. Each is a function that nobody calls, so
 * that any tool which can name the program's functions can name these, too.
 */
#ifndef PROFILE_MARKER_H
#define PROFILE_MARKER_H

#include <stdint.h>

#include "shared/rows.h"

enum marker {
    MARKER_NOT_SAMPLED, /* CPU time of the process that is in no sample */
    MARKER_NOT_KEPT,    /* counted, but there was no space for the stack */
    MARKER_GUARD,       /* see legacy.h; counts nothing */
    MARKER_WAIT_CLIENT, /* until the client takes what was sent */
    MARKER_WAIT_DISK,   /* until a file has been read */
    MARKER_WAIT_ACCEPT, /* until connections can be accepted again */
    MARKER_WAIT_TURN,   /* until the other connections have had their turn */
    MARKER_WAIT_EVENTS, /* states of a loop, as all below: nothing to do */
    MARKER_WAIT_CPU,    /* it could run, and other threads do */
    MARKER_WAIT_KERNEL, /* a system call in the middle of a turn */
    MARKER_STOPPED,     /* by a signal or a debugger */
    MARKER_MASTER,      /* processes, as all below, for what counts them */
    MARKER_WORKER,
    MARKER_OBSERVER,
    MARKER_IDLE, /* states of connections: see worker/connection.h */
    MARKER_DRAINING,
    MARKER_HEAD,
    MARKER_SEND,
    MARKER_READ,
    MARKER_LINGER,
    MARKERS
};

/* An address inside the marker's function, fit for any place of a stack. */
uintptr_t marker_pc(enum marker marker);

/* The one that stands for a state of connections. */
enum marker marker_of_state(enum row_state state);

#endif
