/* SPDX-License-Identifier: BSD-2-Clause */
/* beneath: uses openat2(2) directly, because the C library has no wrapper. */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

int
beneath_open(int directory, const char *name, int flags, bool follow)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
                   (follow ? UINT64_C(0) : (uint64_t)RESOLVE_NO_SYMLINKS),
    };
    long fd;

    do
        fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN)); /* a rename interfered */
    return fd < 0 ? -errno : (int)fd;
}
