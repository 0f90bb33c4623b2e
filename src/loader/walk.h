/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk: lists the files of a tree. It opens directories only, and follows no symbolic link out
 * of the tree.
 */
#ifndef LOADER_WALK_H
#define LOADER_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "config/config.h"

/* As the walk found it. */
struct walk_file {
    uint64_t name; /* offset in the names */
    dev_t device;
    ino_t inode;
    uint64_t size;
    struct timespec modified;
    struct timespec changed;
};

/* Who walks a tree to look at it, not to load it, and logs nothing. */
struct walk_visitor {
    /* Before a directory is read. */
    void (*enter)(void *argument, const struct config_asset *tree, int directory);
    void *argument;
};

struct tree_walk {
    const struct config_asset *tree;
    const struct walk_visitor *visitor; /* NULL: it is loaded */
    int directory;                      /* the root, O_PATH; -1: not open */
    struct walk_file *files;
    size_t count;
    size_t capacity;
    char *names; /* relative to the root, each with a NUL */
    size_t names_size;
    size_t names_capacity;
    size_t directories; /* below the root */
    size_t passed;      /* links, sockets and the like, which are not served */
    size_t missing;     /* files and directories that can't be read and are skipped */
};

/* Walks the directory of the tree once. 0 or a negative errno, which is logged. walk_free() in
 * both cases. */
int walk_run(struct tree_walk *walk, const struct config_asset *tree)
    __attribute__((warn_unused_result));
void walk_free(struct tree_walk *walk);

/* The same for a visitor. An error that is not logged: what `missing` is about, or worse. */
int walk_visit_all(struct tree_walk *walk, const struct config_asset *tree,
                   const struct walk_visitor *visitor) __attribute__((warn_unused_result));

static inline const char *
walk_name(const struct tree_walk *walk, size_t file)
{
    return walk->names + walk->files[file].name;
}

/* Logs that a file or directory of the tree can't be read. False: this fails the whole load
 * (`missing = error`). */
bool walk_misses(const struct config_asset *tree, const char *name, const char *reason);

#endif
