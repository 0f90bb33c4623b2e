/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pid_file: pidfile(3bsd) follows a symbolic link and empties what it leads to, and removes
 * whatever file has its name by then; whoever may write to the directory leads root astray.
 */
#include "master/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sink.h"

/* Is the open file still the one at path? Whoever ends removes it before the lock goes. */
static bool
is_at(int fd, const char *path)
{
    struct stat here;
    struct stat there;

    return fstat(fd, &here) == 0 && lstat(path, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* A descriptor or a negative errno. */
static int
open_checked(const char *path)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    const int fd = open(path, flags, 0644);
    struct stat status;
    int error;

    if (fd < 0)
        return -errno;
    error = fstat(fd, &status) < 0 ? -errno : sink_check(&status, (uid_t)-1);
    if (error == 0 && !S_ISREG(status.st_mode))
        error = -EINVAL;
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

/* Likewise, with the lock. */
static int
open_locked(const char *path)
{
    for (;;) {
        const int fd = open_checked(path);

        if (fd < 0)
            return fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            close(fd);
            return -EWOULDBLOCK;
        }
        if (is_at(fd, path))
            return fd;
        close(fd);
    }
}

static void
tell_running(const char *path)
{
    char text[16] = "";
    const int fd = open_checked(path);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

    if (n > 0)
        log_error("pid file %s: process %d is running", path, atoi(text));
    else
        log_error("pid file %s: another process is running", path);
    if (fd >= 0)
        close(fd);
}

static int
write_pid(int fd)
{
    const int length = ftruncate(fd, 0) < 0 ? -1 : dprintf(fd, "%d\n", (int)getpid());

    return length < 0 ? -errno : 0;
}

int
pid_file_open(const char *path)
{
    const int fd = open_locked(path);
    int error = fd;

    if (fd == -EWOULDBLOCK) {
        tell_running(path);
        return -1;
    }
    if (fd >= 0 && (error = write_pid(fd)) == 0)
        return fd;
    log_error("pid file %s: %s", path, sink_problem(error));
    if (fd >= 0)
        pid_file_remove(fd, path);
    return -1;
}

void
pid_file_remove(int fd, const char *path)
{
    if (is_at(fd, path))
        unlink(path);
    close(fd);
}
