/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splice: passes memory pages to a socket through a pipe: vmsplice(2) into it, splice(2) out
 * of it. The socket holds the pages themselves until they are acknowledged, so the memory must
 * never change, also after its mapping is gone; that holds for sealed memfds and for .rodata.
 */
#ifndef WORKER_SPLICE_H
#define WORKER_SPLICE_H

#include <stddef.h>
#include <sys/types.h>

/* Bytes handed over at a time. Less costs more calls; more does not fit in a socket. */
#define SPLICE_PIECE ((size_t)256 * 1024)

/* A pipe that is empty whenever splice_send() is not running: one is enough for a worker. */
struct splice_pipe {
    int in;   /* -1: there is none */
    int out;  /* where the socket takes the pages from */
    int null; /* /dev/null, for what it does not take */
};

#define SPLICE_NONE                                                                            \
    (struct splice_pipe)                                                                       \
    {                                                                                          \
        .in = -1, .out = -1, .null = -1                                                        \
    }

/* Makes the pipe and tries the calls. 0, or a negative errno, *pipe being SPLICE_NONE then.
 * -EPERM: the user has used up fs.pipe-user-pages-soft, see pipe(7). */
int splice_open(struct splice_pipe *pipe) __attribute__((warn_unused_result));

void splice_close(struct splice_pipe *pipe);

/* How many bytes of kernel memory its pages may pin while splice_send() runs; 0: no pipe. */
size_t splice_capacity(const struct splice_pipe *pipe);

/* At most SPLICE_PIECE bytes, to a non-blocking socket. Bytes taken: fewer than size when the
 * socket is full; -1: errno says why, and the connection is of no more use. */
ssize_t splice_send(struct splice_pipe *pipe, int fd, const void *bytes, size_t size);

#endif
