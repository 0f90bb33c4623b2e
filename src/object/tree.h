/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree: the objects of a [tree] section. The loader lists and reads the files, and hands over
 * two pieces of sealed memory, which have the entries and their paths; and, for what is cached,
 * a pack: the bytes of all files together, in one piece of sealed memory. The master makes
 * objects of the entries. What has not changed stays in the pack of the generation before.
 */
#ifndef OBJECT_TREE_H
#define OBJECT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "http/field_lines.h"
#include "object/object.h"
#include "object/sealed.h"

#define TREE_PACK_NEW UINT32_MAX /* the pack that comes with the entries */
#define TREE_PATH_MAX 8192       /* bytes */

/* Where the bytes of many objects are. */
struct pack {
    const struct config_asset *asset; /* of its tree */
    struct sealed memory;
    const char *bytes;
};

/* Unmaps and closes it. */
void tree_pack_close(struct pack *pack);

/* One file, as the loader has read it. */
struct tree_entry {
    uint64_t device;
    uint64_t inode;
    uint64_t size; /* of the file */
    struct timespec modified;
    struct timespec changed;
    uint64_t rules;  /* that it matches, see rule.h */
    uint64_t path;   /* offset in the paths */
    uint64_t offset; /* cached: in its pack */
    uint32_t path_length;
    uint32_t pack;    /* cached: of the generation before, or TREE_PACK_NEW */
    uint32_t skipped; /* 1: it could not be read */
    unsigned char digest[OBJECT_DIGEST_SIZE];
};

/* What all files that match the same rules have in common. */
struct tree_class {
    uint64_t rules;
    struct config_asset asset;
    struct field_lines lines;
};

/* Of one generation. */
struct tree {
    const struct config_asset *asset; /* borrowed from the configuration */
    struct tree_class **classes;
    size_t class_count;
    size_t files;   /* that are served */
    uint64_t bytes; /* of them in all, as they are served */
    int directory;  /* O_PATH; -1: none */

    struct sealed paths_memory;
    const char *paths; /* of its objects */
    size_t paths_size;
    char *embedded_paths; /* likewise, of embedded files */

    /* Between the handover and tree_build(). */
    struct sealed entries_memory;
    const struct tree_entry *entries;
    size_t count;
    struct pack pack; /* the new one */
};

void tree_init(struct tree *tree, const struct config_asset *asset);
void tree_close(struct tree *tree);

/* Made when it is asked for the first time; NULL: there are too many, or no memory. Not for
 * several threads. */
const struct tree_class *tree_class(struct tree *tree, uint64_t rules);

/* NULL: it has not been made. */
const struct tree_class *tree_find_class(const struct tree *tree, uint64_t rules);

/* The bytes of the path before a file's name: "/maps/", or "/". */
size_t tree_prefix_length(const struct config_asset *asset);

/* What was handed over is mapped and checked, with the packs of the generation before. 0, or a
 * negative errno: -EPROTO when it can't be. Takes over the descriptors of the memory in tree.
 */
int tree_map(struct tree *tree, const struct pack *packs, size_t pack_count)
    __attribute__((warn_unused_result));

/* Reports a directory that can't be opened. */
void tree_check(const struct config_asset *asset, struct report *report);

/* How many objects tree_build() makes at most. */
size_t tree_count(const struct tree *tree);

/* The packs of a generation while they are collected. Those of the generation before that go on
 * are mapped once more. */
struct tree_packs {
    const struct pack *before;
    size_t before_count;
    uint32_t *numbers; /* of them here, plus 1; 0: not yet */
    struct pack *items;
    size_t count;
};

/* Ends the collecting; the items stay. */
void tree_packs_end(struct tree_packs *packs);

/* Makes the objects, all of them but their dates and types, and lets the entries go. 0 or a
 * negative errno. */
int tree_build(struct tree *tree, struct tree_packs *packs, struct object *objects,
               size_t *count) __attribute__((warn_unused_result));

#endif
