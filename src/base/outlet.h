/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet: a destination of lines that several processes write to at the same time, and that
 * none of them waits for: a file, a pipe, a terminal or a socket. Files are opened so that the
 * owner of their directory can't redirect root to another file.
 */
#ifndef BASE_OUTLET_H
#define BASE_OUTLET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum outlet_way { OUTLET_WRITE, OUTLET_SEND, OUTLET_POLL };

struct outlet {
    int fd; /* -1: not open */
    enum outlet_way way;
};

#define OUTLET_NONE ((struct outlet){ .fd = -1 })

/* May one write to a file of this kind that was there before? lstat(2) it. It must not be a
 * symbolic link, nor have other names, and root writes only to what root or this user owns;
 * (uid_t)-1: root alone. 0, or a negative errno: ELOOP for a link, EMLINK for other names,
 * EPERM for a foreign owner. */
int outlet_check(const struct stat *status, uid_t trusted) __attribute__((warn_unused_result));

/* strerror(3) of what outlet_check() and outlet_open() return. */
const char *outlet_problem(int error);

/* Opens a file to append to, created 0640, or a FIFO. The descriptor, or a negative errno as
 * above. */
int outlet_open(const char *path, uid_t trusted) __attribute__((warn_unused_result));

/* Reopens a standard stream (STDOUT_FILENO, STDERR_FILENO), so that O_NONBLOCK does not affect
 * the process that started this one. Call it before the sandbox, which prevents it. */
struct outlet outlet_of_stream(int fd);

/* A descriptor that somebody else has opened, without waiting if it is a pipe. */
struct outlet outlet_of(int fd);

/* Closes it, unless it is a standard stream. */
void outlet_close(struct outlet *outlet);

/*
 * Writes lines with one system call. Returns how many bytes of them were taken, or -1 with
 * errno; EAGAIN: the reader stands still. *torn is shared by all who write there: while a line
 * stands there without its end, the next call of whatever process ends it first.
 */
ssize_t outlet_write(const struct outlet *outlet, uint32_t *torn, const char *lines,
                     size_t length) __attribute__((warn_unused_result));

#endif
