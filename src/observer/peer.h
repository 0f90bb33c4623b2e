/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer: the connection to one client of the observer: waiting with a deadline, that also ends
 * when the observer does.
 */
#ifndef OBSERVER_PEER_H
#define OBSERVER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct peer {
    int fd;       /* non-blocking */
    int lifeline; /* readable (end of file) when the observer is gone */
    int drain;    /* the same when it drains: then clients have PEER_LAST_MS to send; or -1 */
    uint64_t deadline; /* ms on clock.h's clock, for peer_receive() */
};

#define PEER_LAST_MS 1000

/* Whatever has come, at most size bytes; waits until the deadline. 0 at the end of what the
 * client sends; -ETIMEDOUT, -ECANCELED when the observer has ended, or another negative errno.
 */
ssize_t peer_receive(const struct peer *peer, void *bytes, size_t size)
    __attribute__((warn_unused_result));

/* Sends everything, as long as some of it is taken every PEER_STALL_MS. 0 or a negative errno
 * as above. */
int peer_send(const struct peer *peer, const void *bytes, size_t length)
    __attribute__((warn_unused_result));

#define PEER_STALL_MS 10000

/* Lets time pass. False at once when the client or the observer is gone. A client that has shut
 * down its sending side counts as gone, since a client that was killed looks the same. */
bool peer_stays(const struct peer *peer, uint64_t milliseconds)
    __attribute__((warn_unused_result));

/* Closes; before that discards for a moment what the client still sends, for else the kernel
 * destroys the reply with a reset (RFC 9112 section 9.6). */
void peer_finish(const struct peer *peer);

#endif
