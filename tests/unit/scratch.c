/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch: see scratch.h. */
#include "scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/tiffd-unit-XXXXXX";
static pid_t owner;

/* A child that calls exit(3) comes here, too. */
static void
clean_up(void)
{
    if (owner != getpid())
        return;
    scratch_clear();
    rmdir(directory);
}

const char *
scratch_directory(void)
{
    if (owner == 0) {
        if (mkdtemp(directory) == NULL)
            abort();
        owner = getpid();
        atexit(clean_up);
    }
    return directory;
}

const char *
scratch_path(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", scratch_directory(), name);
    return path;
}

const char *
scratch_write(const char *name, const void *bytes, size_t size)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "w");

    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
    return path;
}

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    return walk->level > 0 ? remove(path) : 0;
}

void
scratch_clear(void)
{
    nftw(scratch_directory(), remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

unsigned
scratch_count(void)
{
    DIR *entries = opendir(scratch_directory());
    const struct dirent *entry;
    unsigned count = 0;

    while (entries && (entry = readdir(entries)) != NULL)
        count += entry->d_name[0] != '.';
    if (entries)
        closedir(entries);
    return count;
}
