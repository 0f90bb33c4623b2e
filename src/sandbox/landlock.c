/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock: uses system calls directly, because the C library has no wrappers. Numbers and bits
 * are defined here, because headers are often older than the running kernel.
 */
#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/count.h"

#define CREATE_RULESET 444
#define ADD_RULE       445
#define RESTRICT_SELF  446
#define ASK_VERSION    1
#define RULE_PATH      1
#define EXECUTE        (UINT64_C(1) << 0)
#define WRITE_FILE     (UINT64_C(1) << 1)
#define READ_FILE      (UINT64_C(1) << 2)
#define READ_FOLDER    (UINT64_C(1) << 3)
#define REMOVE_FILE    (UINT64_C(1) << 5)
#define MAKE_FILE      (UINT64_C(1) << 8)
#define RENAME         (UINT64_C(1) << 13)
#define TRUNCATE       (UINT64_C(1) << 14)
#define DEVICE_IOCTL   (UINT64_C(1) << 15)
#define OF_FILES       (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_IOCTL)
#define TO_READ        (READ_FILE | READ_FOLDER)
#define TO_WRITE       (WRITE_FILE | REMOVE_FILE | MAKE_FILE | RENAME | TRUNCATE)
#define BIND_CONNECT   3 /* TCP */
#define SCOPE_SOCKETS  1 /* abstract Unix sockets of other processes */
#define SCOPE_SIGNALS  2

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

struct rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* What each ABI version can restrict; see "Landlock ABI" in landlock(7). */
static const struct ruleset versions[] = {
    { (UINT64_C(1) << 13) - 1, 0, 0 },
    { (UINT64_C(1) << 14) - 1, 0, 0 },
    { (UINT64_C(1) << 15) - 1, 0, 0 },
    { (UINT64_C(1) << 15) - 1, BIND_CONNECT, 0 },
    { (UINT64_C(1) << 16) - 1, BIND_CONNECT, 0 },
    { (UINT64_C(1) << 16) - 1, BIND_CONNECT, SCOPE_SOCKETS | SCOPE_SIGNALS },
};

static int
create(struct ruleset *ruleset)
{
    long fd = syscall(CREATE_RULESET, ruleset, sizeof(*ruleset), 0);

    if (fd < 0 && errno == EINVAL && ruleset->scoped != 0) {
        ruleset->scoped = 0; /* some kernels report a version that they support only in part */
        fd = syscall(CREATE_RULESET, ruleset, sizeof(*ruleset), 0);
    }
    return fd < 0 ? -errno : (int)fd;
}

static int
add_path(int fd, const struct sandbox_path *path, uint64_t known)
{
    struct rule rule = { .parent = open(path->path, O_PATH | O_CLOEXEC) };
    struct stat status;
    int error = 0;

    if (rule.parent < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
    rule.allowed = (TO_READ | (path->write ? TO_WRITE : 0)) & known;
    if (fstat(rule.parent, &status) == 0 && !S_ISDIR(status.st_mode))
        rule.allowed &= OF_FILES;
    if (syscall(ADD_RULE, fd, RULE_PATH, &rule, 0) < 0)
        error = -errno;
    close(rule.parent);
    return error;
}

static int
restrict_by(struct ruleset ruleset, const struct sandbox_path *paths)
{
    const int fd = create(&ruleset);
    int error = fd < 0 ? fd : 0;

    for (; error == 0 && paths && paths->path; paths++)
        error = add_path(fd, paths, ruleset.files);
    if (error == 0 && syscall(RESTRICT_SELF, fd, 0) < 0)
        error = -errno;
    if (fd >= 0)
        close(fd);
    return error;
}

int
landlock_restrict(const struct sandbox_path *paths, bool signals)
{
    const long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
    struct ruleset ruleset;

    if (version <= 0)
        return -EOPNOTSUPP;
    ruleset =
        versions[(size_t)version < COUNT(versions) ? (size_t)version - 1 : COUNT(versions) - 1];
    if (signals)
        ruleset.scoped &= ~(uint64_t)SCOPE_SIGNALS;
    return restrict_by(ruleset, paths);
}
