/* SPDX-License-Identifier: BSD-2-Clause */
/* errand: see errand.h. */
#include "base/errand.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

static void
let_go(void)
{
    const unsigned log = (unsigned)log_descriptor();

    if (log > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, log - 1, 0);
    close_range((log > STDERR_FILENO ? log : STDERR_FILENO) + 1, UINT_MAX, 0);
}

pid_t
errand_fork(unsigned seconds)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid < 0 ? -errno : pid;
    alarm(seconds);
    let_go();
    return 0;
}

void
errand_end(void)
{
    _exit(EXIT_SUCCESS);
}
