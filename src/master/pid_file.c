/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pid_file: does more than pidfile(3bsd), which follows and truncates a symbolic link and
 * removes any file of that name at the end: someone who may write to the directory could abuse
 * that.
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

#include "base/beside.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/outlet.h"

/* Is the open file still the one at path? A process that ends removes it, and then unlocks it.
 */
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
    error = fstat(fd, &status) < 0 ? -errno : outlet_check(&status, (uid_t)-1);
    if (error == 0 && !S_ISREG(status.st_mode))
        error = -EINVAL;
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

/* The same, with the lock. */
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

/* The process that the file names; 0: none. */
static pid_t
read_pid_at(const char *path)
{
    char text[16] = "";
    const int fd = open_checked(path);
    const ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

    if (fd >= 0)
        close(fd);
    return n > 0 ? atoi(text) : 0;
}

/* A descriptor; -1: the predecessor has the lock; or -2 with a line in the log. */
static int
guard_path(const char *path, pid_t predecessor)
{
    const int fd = open_locked(path);
    pid_t running;

    if (fd >= 0)
        return fd;
    if (fd != -EWOULDBLOCK) {
        log_error("pid file %s: %s", path, outlet_problem(fd));
        return -2;
    }
    running = read_pid_at(path);
    if (running != 0 && running == predecessor)
        return -1;
    if (running > 0)
        log_error("pid file %s: process %d is running", path, (int)running);
    else
        log_error("pid file %s: another process is running", path);
    return -2;
}

/* A descriptor, locked, or a negative errno. */
static int
pid_file_write(const char *path)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    char *name = beside_name(path);
    int error = 0;
    int fd;

    if (name == NULL)
        return -ENOMEM;
    unlink(name); /* of a process that had our number */
    if ((fd = open(name, flags, 0644)) < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ||
        dprintf(fd, "%d\n", (int)getpid()) < 0)
        error = -errno;
    if (error < 0 && fd >= 0) {
        unlink(name);
        close(fd);
    }
    free(name);
    return error < 0 ? error : fd;
}

int
pid_file_prepare(struct pid_file *file, const char *path, pid_t predecessor)
{
    *file = (struct pid_file){ 0 };
    if (path == NULL)
        return 0;
    if ((file->guard = guard_path(path, predecessor)) < -1)
        return -1;
    file->path = memory_copy(path);
    if ((file->fd = pid_file_write(path)) >= 0)
        return 0;
    log_error("pid file %s: %s", path, outlet_problem(file->fd));
    pid_file_remove(file);
    return -1;
}

static void
let_go_of_guard(struct pid_file *file)
{
    if (file->guard >= 0)
        close(file->guard);
    file->guard = -1;
}

int
pid_file_publish(struct pid_file *file)
{
    char *beside = file->path ? beside_name(file->path) : NULL;
    const int error = file->path && (beside == NULL || rename(beside, file->path) < 0);

    if (error)
        log_error("pid file %s: %s", file->path, strerror(errno));
    else if (file->path)
        let_go_of_guard(file);
    free(beside);
    return -error;
}

static void
unlink_own(int fd, const char *path)
{
    if (fd >= 0 && path && is_at(fd, path))
        unlink(path);
}

void
pid_file_remove(struct pid_file *file)
{
    char *beside = file->path ? beside_name(file->path) : NULL;

    if (file->path == NULL)
        return;
    unlink_own(file->fd, beside);
    unlink_own(file->fd, file->path);
    unlink_own(file->guard, file->path);
    free(beside);
    let_go_of_guard(file);
    if (file->fd >= 0)
        close(file->fd);
    memory_free(file->path);
    *file = (struct pid_file){ 0 };
}

void
pid_file_let_go(const struct pid_file *file)
{
    if (file->path == NULL)
        return;
    close(file->fd);
    if (file->guard >= 0)
        close(file->guard);
}
