/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer: poll(2) around a non-blocking socket. Each client has its own process, so waiting here
 * delays no other client.
 */
#include "observer/peer.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define FINISH_MS 2000 /* for what a client still sends after its reply */

/* 0 when the socket has one of these events; -EAGAIN when drain, which may be -1, is
 * readable. */
static int
await(const struct peer *peer, short events, int drain, uint64_t deadline)
{
    struct pollfd fds[] = { { .fd = peer->fd, .events = events },
                            { .fd = peer->lifeline, .events = POLLIN },
                            { .fd = drain, .events = POLLIN } };

    for (;;) {
        uint64_t now = clock_now();
        int ready;

        if (now >= deadline)
            return -ETIMEDOUT;
        ready = poll(fds, 3, (int)(deadline - now));
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready > 0 && fds[1].revents)
            return -ECANCELED;
        if (ready > 0 && fds[0].revents)
            return 0;
        if (ready > 0 && fds[2].revents)
            return -EAGAIN;
    }
}

static int
await_bytes(const struct peer *peer)
{
    int error = await(peer, POLLIN, peer->drain, peer->deadline);
    uint64_t last;

    if (error != -EAGAIN)
        return error;
    last = clock_now() + PEER_LAST_MS;
    return await(peer, POLLIN, -1, last < peer->deadline ? last : peer->deadline);
}

ssize_t
peer_receive(const struct peer *peer, void *bytes, size_t size)
{
    for (;;) {
        ssize_t got = recv(peer->fd, bytes, size, 0);
        int error;

        if (got >= 0)
            return got;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if ((error = await_bytes(peer)) < 0)
            return error;
    }
}

int
peer_send(const struct peer *peer, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t sent = send(peer->fd, at, length, MSG_NOSIGNAL);
        int error = 0;

        if (sent >= 0) {
            at += sent;
            length -= (size_t)sent;
        } else if (errno == EAGAIN) {
            error = await(peer, POLLOUT, -1, clock_now() + PEER_STALL_MS);
        } else if (errno != EINTR) {
            error = -errno;
        }
        if (error < 0)
            return error;
    }
    return 0;
}

bool
peer_stays(const struct peer *peer, uint64_t milliseconds)
{
    return await(peer, POLLRDHUP, -1, clock_now() + milliseconds) == -ETIMEDOUT;
}

void
peer_finish(const struct peer *peer)
{
    struct peer rest = *peer;
    char bytes[16384];

    rest.drain = -1;
    rest.deadline = clock_now() + FINISH_MS;
    shutdown(peer->fd, SHUT_WR);
    while (peer_receive(&rest, bytes, sizeof(bytes)) > 0)
        if (clock_now() >= rest.deadline)
            break;
    close(peer->fd);
}
