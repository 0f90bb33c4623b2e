/* SPDX-License-Identifier: BSD-2-Clause */
/* passing: see passing.h. */
#include "opener/passing.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Space for one descriptor. */
union passing_ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int
passing_open(struct passing *passing)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    *passing = (struct passing){ .worker = ends[0], .opener = ends[1] };
    return 0;
}

void
passing_close(const struct passing *passing)
{
    close(passing->worker);
    close(passing->opener);
}

static int
passing_send(int fd, const void *bytes, size_t size, int descriptor)
{
    struct iovec iov = { (void *)(uintptr_t)bytes, size };
    union passing_ancillary ancillary = { .bytes = { 0 } };
    struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t n;

    if (descriptor >= 0) {
        message.msg_control = ancillary.bytes;
        message.msg_controllen = sizeof(ancillary.bytes);
        ancillary.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                             .cmsg_level = SOL_SOCKET,
                                             .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&ancillary.header), &descriptor, sizeof(descriptor));
    }
    do
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

/* -EMFILE: a descriptor came, and this process can have no more. */
static int
passing_receive(int fd, void *bytes, size_t size, int *descriptor)
{
    struct iovec iov = { bytes, size };
    union passing_ancillary ancillary;
    struct msghdr message = { .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = ancillary.bytes,
                              .msg_controllen = sizeof(ancillary.bytes) };
    ssize_t n;

    *descriptor = -1;
    do
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return 0;
    if (CMSG_FIRSTHDR(&message) != NULL)
        memcpy(descriptor, CMSG_DATA(&ancillary.header), sizeof(*descriptor));
    if (n != (ssize_t)size || message.msg_flags & MSG_TRUNC)
        return 0;
    return message.msg_flags & MSG_CTRUNC ? -EMFILE : 1;
}

int
passing_ask(int fd, uint32_t number)
{
    return passing_send(fd, &number, sizeof(number), -1);
}

int
passing_take_request(int fd, uint32_t *number)
{
    int descriptor;
    const int got = passing_receive(fd, number, sizeof(*number), &descriptor);

    if (descriptor >= 0)
        close(descriptor);
    return got == 1;
}

int
passing_answer(int fd, const struct passing_reply *reply, int descriptor)
{
    return passing_send(fd, reply, sizeof(*reply), descriptor);
}

int
passing_take_reply(int fd, struct passing_reply *reply, int *descriptor)
{
    const int got = passing_receive(fd, reply, sizeof(*reply), descriptor);

    if (got == -EMFILE)
        reply->error = -EMFILE;
    if (got == 0 && *descriptor >= 0) {
        close(*descriptor);
        *descriptor = -1;
    }
    return got != 0;
}
