/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path: makes paths absolute, so that a daemon that changes its directory, and a dump that is
 * read from elsewhere, still mean the same files.
 * memory.h handles a lack of memory.
 *
 * Known weakness: dot segments after the first name stay; the kernel resolves them.
 */
#include "config/path.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

char *
path_directory(const char *file)
{
    char *copy = memory_copy(file);
    char real[PATH_MAX];
    const char *directory = realpath(dirname(copy), real);

    memory_free(copy);
    return memory_copy(directory != NULL ? directory : "/");
}

/* The length of directory without its last segment; the root's is 0. */
static size_t
path_parent(const char *directory, size_t length)
{
    while (length > 0 && directory[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

char *
path_resolve(const char *directory, const char *path)
{
    size_t length = strlen(directory);

    if (path[0] == '/')
        return memory_copy(path);
    if (length > 0 && directory[length - 1] == '/')
        length--;
    for (;;) {
        if (strncmp(path, "../", 3) == 0) {
            length = path_parent(directory, length);
            path += 3;
        } else if (strncmp(path, "./", 2) == 0)
            path += 2;
        else if (*path == '/')
            path++;
        else
            return memory_format("%.*s/%s", (int)length, directory, path);
    }
}
