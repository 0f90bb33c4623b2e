/* SPDX-License-Identifier: BSD-2-Clause */
/* control: a message is one packet, with SCM_RIGHTS for the descriptor; see unix(7). */
#include "base/control.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for one descriptor. */
union control_room {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int
control_open(int *master, int *process)
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
control_send(int fd, const struct control_message *message, int descriptor)
{
    struct iovec iov = { (void *)(uintptr_t)message, sizeof(*message) };
    union control_room room = { .bytes = { 0 } };
    struct msghdr packet = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (descriptor >= 0) {
        packet.msg_control = room.bytes;
        packet.msg_controllen = sizeof(room.bytes);
        room.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                        .cmsg_level = SOL_SOCKET,
                                        .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&room.header), &descriptor, sizeof(descriptor));
    }
    return sendmsg(fd, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int
control_receive(int fd, struct control_message *message, int *descriptor)
{
    struct iovec iov = { message, sizeof(*message) };
    union control_room room;
    struct msghdr packet = { .msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = room.bytes,
                             .msg_controllen = sizeof(room.bytes) };
    const ssize_t n = recvmsg(fd, &packet, MSG_CMSG_CLOEXEC);

    *descriptor = -1;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n != (ssize_t)sizeof(*message))
        return -EPIPE;
    if (CMSG_FIRSTHDR(&packet) != NULL)
        memcpy(descriptor, CMSG_DATA(&room.header), sizeof(*descriptor));
    return 1;
}

int
control_wait(int fd, enum control_kind kind)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    struct control_message message;
    int descriptor;
    int got;

    do {
        got = control_receive(fd, &message, &descriptor);
        if (got == 0)
            (void)poll(&wait, 1, -1);
        if (got > 0 && descriptor >= 0)
            close(descriptor);
    } while (got == 0 || (got > 0 && message.kind != kind));
    return got < 0 ? got : 0;
}
