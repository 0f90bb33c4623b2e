/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners: the sockets that all workers accept from. They belong to the master and outlive
 * generations, so a reload loses no connection that waits in a queue.
 */
#ifndef MASTER_LISTENERS_H
#define MASTER_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/socket_file.h"
#include "config/config.h"

struct listeners {
    int *fds;                  /* non-blocking, close-on-exec */
    char **names;              /* the address as configured, or as inherited */
    struct socket_file *files; /* of Unix sockets, as they were when the sockets got them */
    size_t count;
    bool inherited; /* from the service manager; then none are bound */
    bool shared;    /* another master serves them, too, and removes their files */
};

/* The name in LISTEN_FDNAMES of sockets for [debug]; all others are for [server]. */
#define LISTENERS_DEBUG "debug"

/* That of sockets for [server] on which proxies tell for whom they connect. */
#define LISTENERS_PROXY "proxy"

/* The first of the descriptors that a service manager passes (SD_LISTEN_FDS_START). */
#define LISTENERS_FIRST 3

/* How many were passed to this very process. 0, or -EINVAL with a line in the log when
 * LISTEN_FDS is not a number that can be. */
int listeners_passed(size_t *count) __attribute__((warn_unused_result));

/* Takes the sockets of LISTEN_FDS over (sd_listen_fds_with_names(3)); none is not an error. 0
 * or negative errno, with a line in the log. */
int listeners_inherit(struct listeners *server, struct listeners *debug)
    __attribute__((warn_unused_result));

/* Two empty sets with space for so many sockets each. 0 or a negative errno, with a line in the
 * log. */
int listeners_expect(struct listeners *server, struct listeners *debug, size_t count)
    __attribute__((warn_unused_result));

/* Takes a listening socket over, from another master. 0 or a negative errno, with a line in the
 * log. */
int listeners_receive(struct listeners *listeners, int fd, const char *name)
    __attribute__((warn_unused_result));

/*
 * What the configuration asks for, in two steps, so that several sets change together or none
 * does. A plan holds the sockets of current that stay and new ones, which are bound; current is
 * as it was. Negative errno with a line in the log, and no plan, when an address can't be
 * bound. An inherited set stays what it is.
 */
int listeners_plan(struct listeners *plan, const struct listeners *current,
                   const struct listen_list *wanted) __attribute__((warn_unused_result));

/* The new sockets listen from now on, and clients may connect: not before there is something to
 * serve. 0, or a negative errno with a line in the log. */
int listeners_listen(const struct listeners *plan, const struct listeners *current, int backlog)
    __attribute__((warn_unused_result));

/* Bounds the receive buffers of future connections, in bytes: accepted sockets inherit what
 * their listen socket has (tcp(7)), before the handshake announces a window. */
void listeners_set_rcvbuf(const struct listeners *listeners, uint64_t size);

/* Ends a plan: current becomes what was planned, with this backlog, and what is no longer
 * wanted is closed; or the new sockets are closed, and current stays. */
void listeners_commit(struct listeners *plan, struct listeners *current, int backlog);
void listeners_abandon(struct listeners *plan, const struct listeners *current);

/* Do proxies connect to this socket (PROXY protocol)? The configuration says so, or the name of
 * an inherited one. */
bool listeners_is_proxied(const struct listeners *listeners, size_t index,
                          const struct listen_list *configured);

/* Closes all; removes the files of Unix sockets that were bound here, unless they are shared.
 */
void listeners_close(struct listeners *listeners);

#endif
