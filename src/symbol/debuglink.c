/* SPDX-License-Identifier: BSD-2-Clause */
/* debuglink: see gdb's manual, "Separate Debug Files". */
#include "symbol/debuglink.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static bool
has_checksum(int fd, uint32_t checksum)
{
    unsigned char bytes[65536];
    uint32_t sum = 0;
    off_t offset = 0;
    ssize_t got;

    while ((got = pread(fd, bytes, sizeof(bytes), offset)) > 0) {
        sum = (uint32_t)crc32(sum, bytes, (unsigned)got);
        offset += got;
    }
    return got == 0 && sum == checksum;
}

int
debuglink_open(const char *path, const char *name, uint32_t checksum, char **found)
{
    static const char *const places[] = { "", ".debug/" };
    const char *slash = strrchr(path, '/');

    *found = NULL;
    for (size_t i = 0; slash && strchr(name, '/') == NULL && i < 2; i++) {
        char *candidate;
        int fd;

        if (asprintf(&candidate, "%.*s/%s%s", (int)(slash - path), path, places[i], name) < 0)
            return -1;
        fd = open(candidate, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && has_checksum(fd, checksum)) {
            *found = candidate;
            return fd;
        }
        if (fd >= 0)
            close(fd);
        free(candidate);
    }
    return -1;
}
