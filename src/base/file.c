/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file: mkstemp(3) and rename(2) in one directory, so a name that is a symbolic link is
 * replaced, not followed. No fsync(2): after a power cut the last profile may be empty, but
 * waiting for every profile would cost more.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- writing ------------------------------------------------------------------------------ */

/* stdio keeps the first error only as a flag; errno is good right after the call that failed.
 */
static int
file_fill(int fd, file_content *content, void *argument)
{
    FILE *out = fdopen(fd, "w");
    int error;

    if (out == NULL) {
        error = -errno;
        close(fd);
        return error;
    }
    errno = 0;
    error = content(argument, out);
    if (error == 0 && (ferror(out) || fflush(out) != 0))
        error = errno != 0 ? -errno : -EIO;
    if (fclose(out) != 0 && error == 0)
        error = -errno;
    return error;
}

static int
file_give(int fd, const struct file_owner *owner)
{
    const struct identity *to = &owner->identity;

    if (fchmod(fd, owner->mode) < 0)
        return -errno;
    if (to->user != (uid_t)-1 && fchown(fd, to->user, to->group) < 0)
        return -errno;
    return 0;
}

static int
write_beside(char *name, const char *path, const struct file_owner *owner,
             file_content *content, void *argument)
{
    int fd = mkostemp(name, O_CLOEXEC);
    int error;

    if (fd < 0)
        return -errno;
    if ((error = file_give(fd, owner)) < 0)
        close(fd);
    else
        error = file_fill(fd, content, argument);
    if (error == 0 && rename(name, path) < 0)
        error = -errno;
    if (error < 0)
        unlink(name);
    return error;
}

int
file_write(const char *path, const struct file_owner *owner, file_content *content,
           void *argument)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction before;
    char *name;
    int error;

    if (asprintf(&name, "%s.XXXXXX", path) < 0)
        return -ENOMEM;
    sigaction(SIGXFSZ, &ignore, &before);
    error = write_beside(name, path, owner, content, argument);
    sigaction(SIGXFSZ, &before, NULL);
    free(name);
    return error;
}

/* --- pruning ------------------------------------------------------------------------------ */

struct old {
    char name[256]; /* NAME_MAX + 1 */
    struct timespec written;
};

struct olds {
    struct old *items;
    size_t count;
};

static bool
is_named(const char *name, const char *start, const char *end)
{
    size_t length = strlen(start);
    size_t digits;

    if (strncmp(name, start, length) != 0)
        return false;
    digits = strspn(name + length, "0123456789");
    return digits > 0 && strcmp(name + length + digits, end) == 0;
}

static int
file_collect(DIR *directory, const char *start, const char *end, struct olds *olds)
{
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL) {
        struct stat status;
        struct old *items;

        if (!is_named(entry->d_name, start, end) ||
            fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(status.st_mode))
            continue;
        if ((items = reallocarray(olds->items, olds->count + 1, sizeof(*items))) == NULL)
            return -ENOMEM;
        olds->items = items;
        items[olds->count].written = status.st_mtim;
        snprintf(items[olds->count++].name, sizeof(items->name), "%s", entry->d_name);
    }
    return 0;
}

static int
newest_first(const void *a, const void *b)
{
    const struct old *left = a;
    const struct old *right = b;

    if (left->written.tv_sec != right->written.tv_sec)
        return left->written.tv_sec > right->written.tv_sec ? -1 : 1;
    if (left->written.tv_nsec != right->written.tv_nsec)
        return left->written.tv_nsec > right->written.tv_nsec ? -1 : 1;
    return strverscmp(right->name, left->name);
}

static int
prune_in(DIR *directory, const char *start, const char *end, unsigned keep)
{
    struct olds olds = { 0 };
    int error = file_collect(directory, start, end, &olds);

    if (error == 0 && olds.count > keep) {
        qsort(olds.items, olds.count, sizeof(*olds.items), newest_first);
        for (size_t i = keep; i < olds.count; i++)
            if (unlinkat(dirfd(directory), olds.items[i].name, 0) < 0 && errno != ENOENT)
                error = -errno;
    }
    free(olds.items);
    return error;
}

int
file_prune(const char *start, const char *end, unsigned keep)
{
    const char *slash = strrchr(start, '/');
    char *path = slash ? strndup(start, (size_t)(slash - start) + 1) : strdup(".");
    DIR *directory;
    int error;

    if (path == NULL)
        return -ENOMEM;
    directory = opendir(path);
    error = directory ? 0 : -errno;
    free(path);
    if (directory == NULL)
        return error;
    error = prune_in(directory, slash ? slash + 1 : start, end, keep);
    closedir(directory);
    return error;
}
