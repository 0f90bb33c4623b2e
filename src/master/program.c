/* SPDX-License-Identifier: BSD-2-Clause */
/* program: see program.h. The kernel's path of a file that was replaced ends in " (deleted)".
 */
#include "master/program.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

static bool
is_this_program(const char *path)
{
    struct stat file;
    struct stat self;

    return stat(path, &file) == 0 && stat(SELF, &self) == 0 && file.st_dev == self.st_dev &&
           file.st_ino == self.st_ino;
}

/* folder/name, absolute; an empty folder is the current one. */
static char *
join(const char *folder, size_t length, const char *name)
{
    char *here = folder[0] == '/' ? NULL : getcwd(NULL, 0);
    char *path = NULL;

    if (asprintf(&path, "%s%s%.*s%s%s", here ? here : "", here && here[1] ? "/" : "",
                 (int)length, folder, length > 0 ? "/" : "", name) < 0)
        path = NULL;
    free(here);
    return path;
}

/* "./tiffd" is tiffd; for the log. */
static const char *
without_dots(const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    return path;
}

static char *
program_if_this(char *path)
{
    if (path && is_this_program(path))
        return path;
    free(path);
    return NULL;
}

static char *
search_path(const char *name)
{
    const char *folders = getenv("PATH");
    char *found = NULL;

    while (folders && found == NULL) {
        const size_t length = strcspn(folders, ":");

        found = program_if_this(join(folders, length, name));
        folders = folders[length] == ':' ? folders + length + 1 : NULL;
    }
    return found;
}

static char *
as_kernel_knows(void)
{
    char path[PATH_MAX];
    const ssize_t length = readlink(SELF, path, sizeof(path) - 1);

    if (length <= 0)
        return NULL;
    path[length] = '\0';
    return strdup(path);
}

char *
program_find(const char *argument)
{
    char *found = NULL;

    if (argument && argument[0] == '/')
        found = program_if_this(strdup(argument));
    else if (argument && strchr(argument, '/'))
        found = program_if_this(join("", 0, without_dots(argument)));
    else if (argument)
        found = search_path(argument);
    return found ? found : as_kernel_knows();
}
