/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink: writing that never waits. O_NONBLOCK belongs to the open file, which standard error
 * shares with whoever started tiffd; so a pipe or a terminal is opened once more, by
 * /proc/self/fd. A socket (systemd's journal) can't be, and has MSG_DONTWAIT. What can neither
 * is polled first, and may block when others write to it at the same time. Files are written as
 * they are: their pages take what the disk does not yet. Weakness: where no more pages may be
 * dirty, as with a disk that hangs for long, a write to a file waits; RWF_NOWAIT is refused for
 * buffered writes by ext4, and by most network file systems.
 */
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum way { WAY_WRITE, WAY_SEND, WAY_POLL };

struct outlet {
    int fd; /* -1: not open */
    enum way way;
};

/* What all processes know of the log. They may write what they like: it is only a number. */
struct sink_state {
    uint64_t lost;
    uint32_t torn; /* the last line is without its end */
};

static struct sink_state own;

static struct {
    struct outlet standard;
    bool journal;       /* that is what standard error is */
    struct outlet file; /* not open: lines go to standard error */
    char *path;         /* of file; NULL: none, or it was opened elsewhere */
    int next;           /* prepared; -1: none */
    char *next_path;
    uid_t trusted;
    struct sink_state *shared;
} sink = { .standard = { .fd = -1 },
           .file = { .fd = -1 },
           .next = -1,
           .trusted = (uid_t)-1,
           .shared = &own };

void
sink_share(void)
{
    void *memory =
        mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        sink.shared = memory;
}

void
sink_trust(uid_t user)
{
    sink.trusted = user;
}

/* --- opening ------------------------------------------------------------------------------ */

static void
close_outlet(struct outlet *outlet)
{
    if (outlet->fd > STDERR_FILENO)
        close(outlet->fd);
    outlet->fd = -1;
}

/* JOURNAL_STREAM has the device and the inode of the journal's socket. */
static bool
names_journal(const struct stat *status)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own_name[64];

    snprintf(own_name, sizeof(own_name), "%ju:%ju", (uintmax_t)status->st_dev,
             (uintmax_t)status->st_ino);
    return stream != NULL && strcmp(stream, own_name) == 0;
}

void
sink_open_standard(void)
{
    struct stat status;
    int fd;

    close_outlet(&sink.standard);
    sink.standard = (struct outlet){ .fd = STDERR_FILENO, .way = WAY_WRITE };
    sink.journal = false;
    if (fstat(STDERR_FILENO, &status) < 0 || S_ISREG(status.st_mode))
        return;
    sink.journal = names_journal(&status);
    if (S_ISSOCK(status.st_mode)) {
        sink.standard.way = WAY_SEND;
        return;
    }
    fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        sink.standard.way = WAY_POLL;
    else
        sink.standard.fd = fd;
}

int
sink_check(const struct stat *status, uid_t trusted)
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
sink_problem(int error)
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

static int
open_file(const char *path)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK;
    int fd = open(path, flags | O_CREAT | O_EXCL, 0640);
    struct stat status;
    int error;

    if (fd >= 0 || errno != EEXIST)
        return fd < 0 ? -errno : fd;
    if ((fd = open(path, flags)) < 0)
        return -errno;
    error = fstat(fd, &status) < 0 ? -errno : sink_check(&status, sink.trusted);
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

void
sink_use(int fd)
{
    close_outlet(&sink.file);
    sink.file = (struct outlet){ .fd = fd, .way = WAY_WRITE };
}

void
sink_abandon(void)
{
    if (sink.next >= 0)
        close(sink.next);
    free(sink.next_path);
    sink.next = -1;
    sink.next_path = NULL;
}

int
sink_prepare(const char *path)
{
    int error = 0;

    sink_abandon();
    if (path == NULL)
        return 0;
    if ((sink.next_path = strdup(path)) == NULL)
        return -ENOMEM;
    if ((sink.next = open_file(path)) < 0) {
        error = sink.next;
        sink_abandon();
    }
    return error;
}

void
sink_commit(void)
{
    sink_use(sink.next);
    free(sink.path);
    sink.path = sink.next_path;
    sink.next = -1;
    sink.next_path = NULL;
}

int
sink_open(const char *path)
{
    const int error = sink_prepare(path);

    if (error == 0)
        sink_commit();
    return error;
}

int
sink_reopen(void)
{
    int fd;

    if (sink.path == NULL) {
        sink_open_standard();
        return 0;
    }
    if ((fd = open_file(sink.path)) < 0)
        return fd;
    sink_use(fd);
    return 0;
}

static struct outlet *
standard_outlet(void)
{
    if (sink.standard.fd < 0)
        sink_open_standard();
    return &sink.standard;
}

static struct outlet *
outlet_in_use(void)
{
    return sink.file.fd >= 0 ? &sink.file : standard_outlet();
}

bool
sink_is_journal(void)
{
    return sink.journal && sink.file.fd < 0;
}

bool
sink_has_file(void)
{
    return sink.file.fd >= 0;
}

int
sink_descriptor(void)
{
    return outlet_in_use()->fd;
}

/* --- writing ------------------------------------------------------------------------------ */

static ssize_t
write_parts(const struct outlet *outlet, struct iovec *parts, int count)
{
    const struct msghdr message = { .msg_iov = parts, .msg_iovlen = (size_t)count };
    struct pollfd poller = { .fd = outlet->fd, .events = POLLOUT };

    if (outlet->way == WAY_SEND)
        return sendmsg(outlet->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (outlet->way == WAY_POLL && poll(&poller, 1, 0) != 1) {
        errno = EAGAIN;
        return -1;
    }
    return writev(outlet->fd, parts, count);
}

static bool
write_to(const struct outlet *outlet, const char *line, size_t length)
{
    const bool torn = __atomic_exchange_n(&sink.shared->torn, 0, __ATOMIC_RELAXED) != 0;
    struct iovec parts[] = { { (void *)(uintptr_t) "\n", torn },
                             { (void *)(uintptr_t)line, length } };
    ssize_t written;

    do
        written = write_parts(outlet, parts, 2);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)(torn + length))
        return true;
    if (torn ? written != 1 : written > 0)
        __atomic_store_n(&sink.shared->torn, 1, __ATOMIC_RELAXED);
    if (written >= 0)
        errno = ENOSPC;
    return false;
}

bool
sink_write(const char *line, size_t length)
{
    return write_to(outlet_in_use(), line, length);
}

bool
sink_write_standard(const char *text, size_t length)
{
    return write_to(standard_outlet(), text, length);
}

uint64_t
sink_take_lost(void)
{
    return __atomic_exchange_n(&sink.shared->lost, 0, __ATOMIC_RELAXED);
}

void
sink_add_lost(uint64_t lines)
{
    __atomic_fetch_add(&sink.shared->lost, lines, __ATOMIC_RELAXED);
}
