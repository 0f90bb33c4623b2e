/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk: depth first, with one descriptor per level. Each name is resolved from the root
 * (beneath.h), so that a directory that is moved out of the tree meanwhile is not read.
 */
#include "loader/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/log.h"
#include "config/pattern.h"
#include "object/source.h"

#define DEPTH_MAX 64 /* nested directories */

/* A directory that is being read. */
struct level {
    const struct level *above; /* NULL: the root */
    unsigned depth;
    dev_t device;
    ino_t inode;
    const char *name; /* "" for the root */
};

bool
walk_misses(const struct config_asset *tree, const char *name, const char *reason)
{
    const bool skip = tree->missing == MISSING_SKIP;

    log_write(skip ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "tree %s: %s/%s: %s%s", tree->path,
              tree->directory, name, reason, skip ? "; left out" : "");
    return skip;
}

static int
walk_miss(struct tree_walk *walk, const char *name, const char *reason)
{
    walk->missing++;
    if (walk->visitor)
        return walk->tree->missing == MISSING_SKIP ? 0 : -EIO;
    return walk_misses(walk->tree, name, reason) ? 0 : -EIO;
}

/* --- the list ----------------------------------------------------------------------------- */

static int
walk_out_of_memory(const struct tree_walk *walk)
{
    if (walk->visitor == NULL)
        log_error("tree %s: out of memory", walk->tree->path);
    return -ENOMEM;
}

static int
walk_exceed(const struct tree_walk *walk, const char *what)
{
    if (walk->visitor)
        return -E2BIG;
    log_error("tree %s: %s has more than %u %s; accepted: at most max_files", walk->tree->path,
              walk->tree->directory, walk->tree->max_files, what);
    return -E2BIG;
}

static bool
make_space(void **items, size_t *capacity, size_t needed, size_t size)
{
    void *more;

    if (needed <= *capacity)
        return true;
    *capacity = *capacity > 0 ? 2 * *capacity : 4096;
    if (*capacity < needed)
        *capacity = needed;
    if ((more = reallocarray(*items, *capacity, size)) == NULL)
        return false;
    *items = more;
    return true;
}

static int
add_file(struct tree_walk *walk, const char *name, const struct stat *status)
{
    const size_t length = strlen(name) + 1;

    if (walk->count == walk->tree->max_files)
        return walk_exceed(walk, "files");
    if (!make_space((void **)&walk->files, &walk->capacity, walk->count + 1,
                    sizeof(*walk->files)) ||
        !make_space((void **)&walk->names, &walk->names_capacity, walk->names_size + length, 1))
        return walk_out_of_memory(walk);
    memcpy(walk->names + walk->names_size, name, length);
    walk->files[walk->count++] = (struct walk_file){ .name = walk->names_size,
                                                     .device = status->st_dev,
                                                     .inode = status->st_ino,
                                                     .size = (uint64_t)status->st_size,
                                                     .modified = status->st_mtim,
                                                     .changed = status->st_ctim };
    walk->names_size += length;
    return 0;
}

/* --- the way ------------------------------------------------------------------------------ */

static int walk_directory(struct tree_walk *walk, const char *name, const struct level *above);

/* 0, or a negative errno: -ELOOP for a link that is not followed. */
static int
status_of(const struct tree_walk *walk, int directory, const char *segment, const char *name,
          struct stat *status)
{
    int error = 0;
    int fd;

    if (fstatat(directory, segment, status, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (!S_ISLNK(status->st_mode))
        return 0;
    if (walk->tree->follow == CHOICE_NO)
        return -ELOOP;
    if ((fd = beneath_open(walk->directory, name, O_PATH, true)) < 0)
        return fd;
    if (fstat(fd, status) < 0)
        error = -errno;
    close(fd);
    return error;
}

static const char *
walk_explain(int error)
{
    if (error == -EXDEV)
        return "is a symbolic link that leads out of the directory";
    if (error == -ENOSYS)
        return "is a symbolic link, and this system allows no openat2(2) to follow it";
    return strerror(-error);
}

/* Links can lead to the same directories in more ways than can be counted. */
static int
enter_directory(struct tree_walk *walk, const char *name, const struct level *level)
{
    if (!pattern_takes_directory(walk->tree, name))
        return 0;
    if (walk->directories++ == walk->tree->max_files)
        return walk_exceed(walk, "directories");
    return walk_directory(walk, name, level);
}

/* Handles an entry of a directory. */
static int
walk_visit(struct tree_walk *walk, int directory, const char *segment, const char *name,
           const struct level *level)
{
    struct stat status;
    int error = status_of(walk, directory, segment, name, &status);

    if (error == -ELOOP && walk->tree->follow == CHOICE_NO) {
        walk->passed++;
        return 0;
    }
    if (error == 0 && S_ISDIR(status.st_mode))
        return enter_directory(walk, name, level);
    if (!pattern_takes_file(walk->tree, name))
        return 0;
    if (error < 0)
        return walk_miss(walk, name, walk_explain(error));
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size >= SOURCE_SIZE_MAX)
        return walk_miss(walk, name, "is too large");
    if (S_ISREG(status.st_mode))
        return add_file(walk, name, &status);
    walk->passed++;
    return 0;
}

static int
read_entries(struct tree_walk *walk, DIR *stream, const struct level *level)
{
    const struct dirent *entry;
    char name[PATH_MAX];
    int error = 0;

    while (error == 0 && (errno = 0, entry = readdir(stream)) != NULL) {
        int length;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        length = snprintf(name, sizeof(name), "%s%s%s", level->name, level->above ? "/" : "",
                          entry->d_name);
        error = (size_t)length < sizeof(name)
                    ? walk_visit(walk, dirfd(stream), entry->d_name, name, level)
                    : walk_miss(walk, level->name, strerror(ENAMETOOLONG));
    }
    if (error == 0 && errno != 0)
        return walk_miss(walk, level->name, strerror(errno));
    return error;
}

/* If links are followed, a directory can contain itself. */
static bool
is_inside_itself(const struct level *level)
{
    for (const struct level *above = level->above; above; above = above->above)
        if (above->device == level->device && above->inode == level->inode)
            return true;
    return false;
}

static int
walk_stream(struct tree_walk *walk, DIR *stream, struct level *level)
{
    struct stat status;

    if (fstat(dirfd(stream), &status) < 0)
        return walk_miss(walk, level->name, strerror(errno));
    level->device = status.st_dev;
    level->inode = status.st_ino;
    if (walk->visitor)
        walk->visitor->enter(walk->visitor->argument, walk->tree, dirfd(stream));
    if (level->depth > DEPTH_MAX)
        return walk_miss(walk, level->name, "is more than 64 directories deep");
    if (is_inside_itself(level)) {
        walk->passed++;
        return 0;
    }
    return read_entries(walk, stream, level);
}

static int
walk_directory(struct tree_walk *walk, const char *name, const struct level *above)
{
    struct level level = { .above = above,
                           .depth = above ? above->depth + 1 : 0,
                           .name = name };
    const int fd =
        beneath_open(walk->directory, above ? name : ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK,
                     walk->tree->follow == CHOICE_YES);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    int error;

    if (stream == NULL) {
        error = walk_miss(walk, name, strerror(fd < 0 ? -fd : errno));
        if (fd >= 0)
            close(fd);
        return error;
    }
    error = walk_stream(walk, stream, &level);
    closedir(stream);
    return error;
}

int
walk_visit_all(struct tree_walk *walk, const struct config_asset *tree,
               const struct walk_visitor *visitor)
{
    *walk = (struct tree_walk){ .tree = tree, .visitor = visitor, .directory = -1 };
    walk->directory = open(tree->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return walk->directory >= 0 ? walk_directory(walk, "", NULL) : -errno;
}

int
walk_run(struct tree_walk *walk, const struct config_asset *tree)
{
    const int error = walk_visit_all(walk, tree, NULL);

    if (walk->directory < 0)
        log_error("tree %s: %s: %s", tree->path, tree->directory, strerror(-error));
    return error;
}

void
walk_free(struct tree_walk *walk)
{
    if (walk->directory >= 0)
        close(walk->directory);
    free(walk->files);
    free(walk->names);
    *walk = (struct tree_walk){ .directory = -1 };
}
