/* SPDX-License-Identifier: BSD-2-Clause */
/* socket_file: rename(2) changes the name of a file, not its inode. */
#include "base/socket_file.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

struct socket_file
socket_file_of(const char *path)
{
    struct stat status;

    if (path == NULL || lstat(path, &status) < 0 || !S_ISSOCK(status.st_mode))
        return (struct socket_file){ 0 };
    return (struct socket_file){ .device = status.st_dev, .inode = status.st_ino };
}

void
socket_file_remove(const char *path, struct socket_file file)
{
    const struct socket_file now = socket_file_of(path);

    if (file.inode != 0 && now.inode == file.inode && now.device == file.device)
        unlink(path);
}
