/* SPDX-License-Identifier: BSD-2-Clause */
/* oom: a lower value than before needs CAP_SYS_RESOURCE, a higher one nothing. */
#include "base/oom.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROTECTED (-900)
#define OFFERED   1000

static const char file[] = "/proc/self/oom_score_adj";
static bool is_protected;
static int before;

static bool
oom_read(int *value)
{
    char text[16];
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    const ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    *value = atoi(text);
    return true;
}

static bool
oom_write(int value)
{
    char text[16];
    const int length = snprintf(text, sizeof(text), "%d", value);
    const int fd = open(file, O_WRONLY | O_CLOEXEC);
    const bool written = fd >= 0 && write(fd, text, (size_t)length) == length;

    if (fd >= 0)
        close(fd);
    return written;
}

void
oom_protect(void)
{
    is_protected = oom_read(&before) && before > PROTECTED && oom_write(PROTECTED);
}

void
oom_inherit(void)
{
    if (is_protected)
        (void)oom_write(before);
    is_protected = false;
}

void
oom_offer(void)
{
    (void)oom_write(OFFERED);
}
