/* SPDX-License-Identifier: BSD-2-Clause */
/* srcpath: works on the text alone, because the files need not exist on this machine. */
#include "symbol/srcpath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Removes "", "." and ".." from an absolute name, in place. */
static void
normalize(char *path)
{
    char *to = path;
    const char *from = path;

    while (*from) {
        size_t length = strcspn(from + 1, "/") + 1; /* including the slash before it */

        if (length == 3 && memcmp(from, "/..", 3) == 0) {
            while (to > path && *--to != '/')
                continue;
        } else if (length > 1 && !(length == 2 && from[1] == '.')) {
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = '\0';
}

char *
srcpath_join(const char *directory, const char *name)
{
    char *path = NULL;

    if (name[0] == '/')
        path = strdup(name);
    else if (directory && directory[0] == '/' && asprintf(&path, "%s/%s", directory, name) < 0)
        path = NULL;
    if (path)
        normalize(path);
    return path;
}
