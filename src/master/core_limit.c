/* SPDX-License-Identifier: BSD-2-Clause */
/* core_limit: sets the soft limit; the hard one stays, so that a reload can allow cores
 * again. */
#include "master/core_limit.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>

/* With a limit of one byte no core is written, and the kernel does not start a program that
 * core_pattern pipes cores to; with 0 it does. */
int
core_limit_set(enum core core)
{
    static struct rlimit system;
    static bool known;
    struct rlimit limit;

    if (!known && getrlimit(RLIMIT_CORE, &system) < 0)
        return -errno;
    known = true;
    limit = system;
    if (core == CORE_ON)
        limit.rlim_cur = limit.rlim_max;
    if (core == CORE_OFF)
        limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
    return setrlimit(RLIMIT_CORE, &limit) < 0 ? -errno : 0;
}
