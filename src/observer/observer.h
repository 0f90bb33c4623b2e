/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observer: the process that serves profiles, traces and metrics over HTTP on the listeners of
 * `[debug] listen`. It reads what workers share and answers each client from a child of its
 * own, so that nothing here can hold up or harm what is served.
 */
#ifndef OBSERVER_OBSERVER_H
#define OBSERVER_OBSERVER_H

#include <stddef.h>

#include "base/channel.h"
#include "observer/route.h"
#include "observer/view.h"
#include "sandbox/confine.h"

/* All that it inherits from the master; borrowed for as long as the process lives. */
struct observer_inherit {
    const struct view *view;
    route_finder *find;    /* the pages */
    const int *listen_fds; /* listening stream sockets, of this process alone to accept on */
    size_t listen_count;
    int master_pipe; /* readable (end of file) when the master is gone */
    int channel;     /* what the master says, see channel.h */
    const struct confinement *confinement;
    const struct confine_paths *paths; /* what it and its children may open */

    /* Given by the master: what it would have done. */
    void *argument;
    void (*on_message)(void *argument, const struct channel_message *message, int descriptor);
    void (*master_gone)(void *argument);
};

/* The observer's whole life: until SIGTERM, SIGINT or SIGQUIT, or the master's end; its clients
 * end with it. Call in the child right after fork(2), with the signals of signals.h blocked as
 * the master has them. Returns the exit status. */
int observer_run(const struct observer_inherit *inherit);

#endif
