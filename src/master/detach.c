/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detach: what `-d` does. With daemon(3) the parent would exit too early; here its exit status
 * tells whether the workers are up. Standard error stays usable until then.
 */
#include "master/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"

/* One byte comes when the child is ready, end of file when it died. */
static void
wait_and_exit(int fd)
{
    char ready;
    ssize_t n;

    do
        n = read(fd, &ready, 1);
    while (n < 0 && errno == EINTR);
    _exit(n == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

int
detach_begin(void)
{
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        return -errno;
    if (pid > 0) {
        close(fds[1]);
        wait_and_exit(fds[0]);
    }
    close(fds[0]);
    setsid();
    return fds[1];
}

void
detach_inherited(unsigned first)
{
    close_range(first, UINT_MAX, 0);
    child_keep_low_descriptors();
}

void
detach_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

void
detach_ready(int handle)
{
    while (write(handle, "", 1) < 0 && errno == EINTR)
        continue;
    close(handle);
}
