/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch: see scratch.h. */
#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/tiffd-unit-XXXXXX";
static pid_t owner;

static void
clean_up(void)
{
    DIR *entries = owner == getpid() ? opendir(directory) : NULL;
    const struct dirent *entry;

    while (entries && (entry = readdir(entries)) != NULL)
        if (entry->d_name[0] != '.')
            unlink(scratch_path(entry->d_name));
    if (entries)
        closedir(entries);
    rmdir(directory);
}

const char *
scratch_path(const char *name)
{
    static char path[512];

    if (owner == 0) {
        if (mkdtemp(directory) == NULL)
            abort();
        owner = getpid();
        atexit(clean_up);
    }
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

const char *
scratch_write(const char *name, const void *bytes, size_t size)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "r+");

    if (file == NULL)
        file = fopen(path, "w");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
    return path;
}
