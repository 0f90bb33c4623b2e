/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree_load: loads the files of one tree for the master (tree.h). Files that have not changed
 * since the previous generation are not read again.
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
    struct tree tree; /* result for the master */
    struct tree_walk walk;
    struct tree_entry *entries; /* being filled; one per file of the walk */
    char *paths;                /* being filled */
    char *pack;                 /* being filled; NULL: no new pack */
    uint64_t pack_size;
    const struct object **before; /* per file: its unchanged predecessor, or NULL */
    int *opened; /* per file: the descriptor of a streamed one; NULL: none is kept open */
    size_t left; /* files to be read */
};

/* Call before any file is read: lists the files. 0 or a negative errno, which is logged.
 * tree_load_free() in both cases. */
int tree_load_list(struct tree_load *load, const struct config_asset *asset)
    __attribute__((warn_unused_result));
void tree_load_free(struct tree_load *load);

/* Determines what must be read, and reserves memory for it. 0 or a negative errno, which is
 * logged. */
int tree_load_prepare(struct tree_load *load, const struct catalogue *previous,
                      struct load_progress *progress) __attribute__((warn_unused_result));

/* Must this file be read? */
bool tree_load_wants(const struct tree_load *load, size_t file);

/* Reads a file, in any thread. *last: no file is left. 0 or a negative errno, which is
 * logged. */
int tree_load_read(struct tree_load *load, size_t file, bool *last,
                   struct load_progress *progress) __attribute__((warn_unused_result));

/* Call when everything has been read; then load->tree can be handed over. 0 or a negative
 * errno, which is logged. */
int tree_load_finish(struct tree_load *load) __attribute__((warn_unused_result));

#endif
