/* SPDX-License-Identifier: BSD-2-Clause */
/* beneath: uses openat2(2) directly, because the C library has no wrapper. Where it is missing
 * or a filter hides it, as systemd's RestrictSUIDSGID does, a name is opened directory by
 * directory. */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* EAGAIN: a rename interfered; or, with O_NONBLOCK, another process has a lease on the file
 * (fcntl(2)), as long as it likes. */
#define TRIES 100

static int
open_at_once(int directory, const char *name, int flags, bool follow)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
                   (follow ? UINT64_C(0) : (uint64_t)RESOLVE_NO_SYMLINKS),
    };

    for (unsigned tries = 0; tries < TRIES; tries++) {
        const long fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));

        if (fd >= 0)
            return (int)fd;
        if (errno != EINTR && errno != EAGAIN)
            break;
    }
    return -errno;
}

/* With O_PATH, O_NOFOLLOW opens the link itself. */
static int
open_no_link(int directory, const char *segment, int flags)
{
    struct stat status;
    int fd;

    if (strcmp(segment, "..") == 0)
        return -EXDEV;
    do
        fd = openat(directory, segment, flags | O_NOFOLLOW | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return -errno;
    if (flags & O_PATH && fstat(fd, &status) == 0 && S_ISLNK(status.st_mode)) {
        close(fd);
        return -ELOOP;
    }
    return fd;
}

static int
open_by_segments(int directory, const char *name, int flags)
{
    int parent = directory;
    char copy[PATH_MAX];
    char *rest = copy;
    char *segment;
    int fd = -ENOENT;

    if (name[0] == '/')
        return -EXDEV;
    if (strlen(name) >= sizeof(copy))
        return -ENAMETOOLONG;
    strcpy(copy, name);
    while ((segment = strsep(&rest, "/")) != NULL) {
        fd = open_no_link(parent, segment, rest ? O_PATH : flags);
        if (parent != directory)
            close(parent);
        parent = fd;
        if (fd < 0)
            break;
    }
    return fd;
}

int
beneath_open(int directory, const char *name, int flags, bool follow)
{
    int fd = open_at_once(directory, name, flags, follow);

    if (fd == -ENOSYS) {
        fd = open_by_segments(directory, name, flags);
        if (fd == -ELOOP && follow)
            return -ENOSYS;
    }
    return fd;
}

/* Opens what a descriptor of O_PATH stands for. Without /proc: -ENOENT. */
static int
beneath_reopen(int fd)
{
    char path[32];
    int opened;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    do
        opened = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    while (opened < 0 && errno == EINTR);
    return opened < 0 ? -errno : opened;
}

static int
check_regular(int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return -errno;
    if (S_ISREG(status.st_mode))
        return 0;
    return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
}

int
beneath_open_file(int directory, const char *name, bool follow)
{
    const int found = beneath_open(directory, name, O_PATH, follow);
    int fd;

    if (found < 0)
        return found;
    if ((fd = check_regular(found)) == 0)
        fd = beneath_reopen(found);
    if (fd == -ENOENT)
        fd = beneath_open(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, follow);
    close(found);
    return fd;
}
