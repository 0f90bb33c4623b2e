/* SPDX-License-Identifier: BSD-2-Clause */
/* channel: a message is one packet, with SCM_RIGHTS for the descriptor; see unix(7). */
#include "base/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Space for one descriptor. */
union channel_ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int
channel_open(int *master, int *process)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    (void)shutdown(ends[0], SHUT_RD);
    *master = ends[0];
    *process = ends[1];
    return 0;
}

int
channel_send(int fd, const struct channel_message *message, int descriptor)
{
    struct iovec iov = { (void *)(uintptr_t)message, sizeof(*message) };
    union channel_ancillary ancillary = { .bytes = { 0 } };
    struct msghdr packet = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (descriptor >= 0) {
        packet.msg_control = ancillary.bytes;
        packet.msg_controllen = sizeof(ancillary.bytes);
        ancillary.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                             .cmsg_level = SOL_SOCKET,
                                             .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&ancillary.header), &descriptor, sizeof(descriptor));
    }
    return sendmsg(fd, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int
channel_receive(int fd, struct channel_message *message, int *descriptor)
{
    struct iovec iov = { message, sizeof(*message) };
    union channel_ancillary ancillary;
    struct msghdr packet = { .msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = ancillary.bytes,
                             .msg_controllen = sizeof(ancillary.bytes) };
    const ssize_t n = recvmsg(fd, &packet, MSG_CMSG_CLOEXEC);

    *descriptor = -1;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n != (ssize_t)sizeof(*message))
        return -EPIPE;
    if (CMSG_FIRSTHDR(&packet) != NULL)
        memcpy(descriptor, CMSG_DATA(&ancillary.header), sizeof(*descriptor));
    return 1;
}

int
channel_wait(int fd, enum channel_kind kind)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    struct channel_message message;
    int descriptor;
    int got;

    do {
        got = channel_receive(fd, &message, &descriptor);
        if (got == 0)
            (void)poll(&wait, 1, -1);
        if (got > 0 && descriptor >= 0)
            close(descriptor);
    } while (got == 0 || (got > 0 && message.kind != kind));
    return got < 0 ? got : 0;
}
