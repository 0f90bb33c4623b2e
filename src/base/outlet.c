/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet: O_NONBLOCK belongs to the open file, which a standard stream shares with whoever
 * started tiffd; so a pipe or a terminal is opened once more, by /proc/self/fd. A socket
 * (systemd's journal) can't be, and has MSG_DONTWAIT. What can neither is polled first, and may
 * block when others write to it at the same time. Files are written as they are: their pages
 * take what the disk does not yet. Weakness: where no more pages may be dirty, as with a disk
 * that hangs for long, a write to a file waits, which is why the log's has a process of its own
 * (log_writer.c); RWF_NOWAIT is refused for buffered writes by ext4, and by most network file
 * systems.
 */
#include "base/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int
outlet_check(const struct stat *status, uid_t trusted)
{
    if (S_ISLNK(status->st_mode))
        return -ELOOP;
    if (S_ISDIR(status->st_mode))
        return -EISDIR;
    if (S_ISREG(status->st_mode) && status->st_nlink != 1)
        return -EMLINK;
    if (geteuid() == 0 && status->st_uid != 0 && status->st_uid != trusted)
        return -EPERM;
    return 0;
}

const char *
outlet_problem(int error)
{
    switch (error) {
    case -ELOOP:
        return "is a symbolic link";
    case -EMLINK:
        return "has several names (hard links)";
    case -EPERM:
        return "belongs to another user";
    default:
        return strerror(-error);
    }
}

int
outlet_open(const char *path, uid_t trusted)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK;
    int fd = open(path, flags | O_CREAT | O_EXCL, 0640);
    struct stat status;
    int error;

    if (fd >= 0 || errno != EEXIST)
        return fd < 0 ? -errno : fd;
    fd = open(path, flags);
    if (fd < 0 && errno == ENXIO) /* a FIFO without a reader */
        fd = open(path, (flags & ~O_WRONLY) | O_RDWR);
    if (fd < 0)
        return -errno;
    error = fstat(fd, &status) < 0 ? -errno : outlet_check(&status, trusted);
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

struct outlet
outlet_of_stream(int fd)
{
    char path[32];
    struct stat status;
    int again;

    if (fstat(fd, &status) < 0 || S_ISREG(status.st_mode))
        return (struct outlet){ .fd = fd, .way = OUTLET_WRITE };
    if (S_ISSOCK(status.st_mode))
        return (struct outlet){ .fd = fd, .way = OUTLET_SEND };
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (again < 0)
        return (struct outlet){ .fd = fd, .way = OUTLET_POLL };
    return (struct outlet){ .fd = again, .way = OUTLET_WRITE };
}

struct outlet
outlet_of(int fd)
{
    struct stat status;
    const bool socket = fd >= 0 && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);

    return (struct outlet){ .fd = fd, .way = socket ? OUTLET_SEND : OUTLET_WRITE };
}

void
outlet_close(struct outlet *outlet)
{
    if (outlet->fd > STDERR_FILENO)
        close(outlet->fd);
    outlet->fd = -1;
}

static ssize_t
write_parts(const struct outlet *outlet, struct iovec *parts, int count)
{
    const struct msghdr message = { .msg_iov = parts, .msg_iovlen = (size_t)count };
    struct pollfd poller = { .fd = outlet->fd, .events = POLLOUT };

    if (outlet->way == OUTLET_SEND)
        return sendmsg(outlet->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (outlet->way == OUTLET_POLL && poll(&poller, 1, 0) != 1) {
        errno = EAGAIN;
        return -1;
    }
    return writev(outlet->fd, parts, count);
}

ssize_t
outlet_write(const struct outlet *outlet, uint32_t *torn, const char *lines, size_t length)
{
    const bool was_torn = __atomic_exchange_n(torn, 0, __ATOMIC_RELAXED) != 0;
    struct iovec parts[] = { { (void *)(uintptr_t) "\n", was_torn },
                             { (void *)(uintptr_t)lines, length } };
    ssize_t written;
    ssize_t body;

    do
        written = write_parts(outlet, parts, 2);
    while (written < 0 && errno == EINTR);
    body = written - was_torn;
    if (body > 0 ? lines[body - 1] != '\n' : was_torn && written < 1)
        __atomic_store_n(torn, 1, __ATOMIC_RELAXED);
    return written < 0 ? -1 : body > 0 ? body : 0;
}
