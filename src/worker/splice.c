/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splice: see splice.h. What the socket did not take is discarded: the next turn is another
 * connection's, and a pipe per connection would pin memory for those that stall.
 *
 * SPLICE_F_MORE is never set: a socket that has been promised more holds the last segment back
 * for 200 ms if nothing comes, and after a short piece nothing does.
 */
#include "worker/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

/* A piece that begins within a page takes one page more; sizes of pipes are powers of two. */
#define CAPACITY ((int)(2 * SPLICE_PIECE))

size_t
splice_capacity(const struct splice_pipe *pipe)
{
    return pipe->in < 0 ? 0 : (size_t)CAPACITY;
}

void
splice_close(struct splice_pipe *pipe)
{
    const int fds[] = { pipe->in, pipe->out, pipe->null };

    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    *pipe = SPLICE_NONE;
}

/* Bytes that went from the pipe into fd, as many as it took; -1 when it took none. */
static ssize_t
move_pages(const struct splice_pipe *pipe, int fd, size_t size)
{
    ssize_t n;

    do
        n = splice(pipe->out, NULL, fd, NULL, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t
take_pages(const struct splice_pipe *pipe, const void *bytes, size_t size)
{
    const struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };
    ssize_t n;

    do
        n = vmsplice(pipe->in, &iov, 1, SPLICE_F_NONBLOCK);
    while (n < 0 && errno == EINTR);
    return n;
}

static bool
discard_pages(const struct splice_pipe *pipe, size_t size)
{
    while (size > 0) {
        ssize_t n = move_pages(pipe, pipe->null, size);

        if (n <= 0)
            return false;
        size -= (size_t)n;
    }
    return true;
}

static int
make_pipe(struct splice_pipe *pipe)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pipe->out = ends[0];
    pipe->in = ends[1];
    if (fcntl(pipe->in, F_SETPIPE_SZ, CAPACITY) < 0)
        return -errno;
    if ((pipe->null = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
        return -errno;
    return 0;
}

/* Where a system forbids or lacks the calls, it is better known before the first client. */
static int
try_pages(const struct splice_pipe *pipe)
{
    static const char byte;
    ssize_t n = take_pages(pipe, &byte, sizeof(byte));

    if (n == 1 && discard_pages(pipe, 1))
        return 0;
    return errno ? -errno : -EIO;
}

int
splice_open(struct splice_pipe *pipe)
{
    int error;

    *pipe = SPLICE_NONE;
    errno = 0;
    if ((error = make_pipe(pipe)) == 0)
        error = try_pages(pipe);
    if (error < 0)
        splice_close(pipe);
    return error;
}

/* Bytes that the socket took; -1: none, and errno says why. A signal ends a call early, so only
 * a call that moves nothing shows that the socket is full. */
static ssize_t
fill_socket(const struct splice_pipe *pipe, int fd, size_t size)
{
    size_t done = 0;
    ssize_t n = 0;

    while (done < size && (n = move_pages(pipe, fd, size - done)) > 0)
        done += (size_t)n;
    return done > 0 ? (ssize_t)done : n;
}

/* One pipe's worth. *full: the socket took less. -1: errno says why. */
static ssize_t
send_pages(struct splice_pipe *pipe, int fd, const void *bytes, size_t size, bool *full)
{
    const ssize_t taken = take_pages(pipe, bytes, size);
    ssize_t sent;
    int error;

    if (taken < 0)
        return -1;
    sent = fill_socket(pipe, fd, (size_t)taken);
    error = sent < 0 ? errno : 0;
    *full = sent < taken;
    if (*full && !discard_pages(pipe, (size_t)(taken - (sent > 0 ? sent : 0))))
        splice_close(pipe); /* bytes left in it would go to another client */
    errno = error;
    return sent < 0 && error == EAGAIN ? 0 : sent;
}

/* The pipe takes a whole piece at once, unless the kernel is short of memory. */
ssize_t
splice_send(struct splice_pipe *pipe, int fd, const void *bytes, size_t size)
{
    size_t done = 0;
    bool full = false;

    while (done < size && !full) {
        ssize_t n = send_pages(pipe, fd, (const char *)bytes + done, size - done, &full);

        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return (ssize_t)done;
}
