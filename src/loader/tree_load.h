/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree_load: the files of one tree on their way from the directory to the master (tree.h). What
 * is known of the generation before is not read again.
 */
#ifndef LOADER_TREE_LOAD_H
#define LOADER_TREE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/walk.h"
#include "object/catalogue.h"
#include "object/tree.h"
#include "shared/load_progress.h"

struct tree_load {
    struct tree tree; /* as the master will have it */
    struct tree_walk walk;
    struct tree_entry *entries; /* being filled; one for each file of the walk */
    char *paths;                /* likewise */
    char *pack;                 /* likewise; NULL: nothing goes into it */
    uint64_t pack_size;
    const struct object **before; /* of each file: what it was, if it is unchanged */
    size_t left;                  /* files to be read */
};

/* Before anything is read: lists the files. 0 or a negative errno with a line in the log.
 * tree_load_free() in both cases. */
int tree_load_list(struct tree_load *load, const struct config_asset *asset)
    __attribute__((warn_unused_result));
void tree_load_free(struct tree_load *load);

/* Finds out what has to be read, and reserves the memory for it. The same. */
int tree_load_prepare(struct tree_load *load, const struct catalogue *previous,
                      struct load_progress *progress) __attribute__((warn_unused_result));

/* Must this file be read? Its size then counts. */
bool tree_load_wants(const struct tree_load *load, size_t file);

/* Reads it; any thread. *last: it was the last one that was left. 0 or a negative errno, with a
 * line in the log. */
int tree_load_read(struct tree_load *load, size_t file, bool *last,
                   struct load_progress *progress) __attribute__((warn_unused_result));

/* All that is wanted has been read: load->tree can be handed over. 0 or a negative errno, with
 * a line in the log. */
int tree_load_finish(struct tree_load *load) __attribute__((warn_unused_result));

#endif
