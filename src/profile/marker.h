/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marker: frames that stand for a reason instead of code. Each is a function that is never
 * called, so any tool that can name functions of the program shows the reason.
 */
#ifndef PROFILE_MARKER_H
#define PROFILE_MARKER_H

#include <stdint.h>

#include "shared/rows.h"

enum marker {
    MARKER_NOT_SAMPLED, /* CPU time of the process that no sample covers */
    MARKER_NOT_KEPT,    /* counted, but there was no space for its stack */
    MARKER_GUARD,       /* padding, see legacy.h; counts nothing */
    MARKER_WAIT_CLIENT, /* until the client's socket accepts more data */
    MARKER_WAIT_DISK,   /* until data was read from a file */
    MARKER_WAIT_ACCEPT, /* until connections can be accepted again */
    MARKER_WAIT_TURN,   /* until other connections have had their turn */
    MARKER_WAIT_EVENTS, /* states of an event loop, as all below: nothing to do */
    MARKER_WAIT_CPU,    /* runnable, but other threads have the CPU */
    MARKER_WAIT_KERNEL, /* a system call during a turn */
    MARKER_STOPPED,     /* by a signal or a debugger */
    MARKER_MASTER,      /* processes, as all below, in memory profiles */
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

/* An address inside the marker's function, for any position in a stack. */
uintptr_t marker_pc(enum marker marker);

/* The marker of a connection's state. */
enum marker marker_of_state(enum row_state state);

#endif
