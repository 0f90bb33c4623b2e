/* SPDX-License-Identifier: BSD-2-Clause */
/* client: a process of the observer, from one request to its response. */
#ifndef OBSERVER_CLIENT_H
#define OBSERVER_CLIENT_H

#include "observer/peer.h"
#include "observer/route.h"
#include "observer/seat.h"
#include "observer/subscription.h"
#include "observer/view.h"

struct client {
    const struct view *view;
    route_finder *find;
    struct peer peer;
    const struct seats *seats; /* for pages that take time */
    uint32_t owner;            /* what this process is called there */
    struct subscription *subscription;
};

/* Serves the client and closes its connection. However long that takes, the process is ended
 * by SIGALRM some time after the reply was due. */
void client_serve(const struct client *client);

#endif
