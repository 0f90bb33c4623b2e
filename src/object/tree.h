/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree: the objects of a [tree] section. The loader lists and reads the files, and hands over
 * two pieces of sealed memory with the entries and their paths, and, for cached files, a pack:
 * the bytes of all files in one piece of sealed memory. The master creates objects from the
 * entries. Files that have not changed stay in the pack of the previous generation.
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

#define TREE_PACK_NEW UINT32_MAX /* the pack handed over with the entries */
#define TREE_NOT_OPEN UINT32_MAX /* the file has no descriptor */
#define TREE_PATH_MAX 8192       /* bytes */

/* The memory that holds the bytes of many objects. */
struct pack {
    const struct config_asset *asset; /* of its tree */
    struct sealed memory;
    const char *bytes;
};

/* Unmaps and closes it. */
void tree_pack_close(struct pack *pack);

/* A file, as the loader has read it. */
struct tree_entry {
    uint64_t device;
    uint64_t inode;
    uint64_t size; /* of the file */
    struct timespec modified;
    struct timespec changed;
    uint64_t rules;  /* that match it, see rule.h */
    uint64_t path;   /* offset in the paths */
    uint64_t offset; /* cached: in its pack */
    uint32_t path_length;
    uint32_t pack; /* cached: a pack of the previous generation, or TREE_PACK_NEW; streamed: the
                    * number of its descriptor, or TREE_NOT_OPEN */
    uint32_t skipped;   /* 1: it could not be read */
    uint32_t in_memory; /* 1: see source.h */
    unsigned char digest[OBJECT_DIGEST_SIZE];
};

/* The settings of all files that match the same rules. */
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
    uint64_t bytes; /* of all files, as served */
    int directory;  /* O_PATH; -1: none */
    int *opened;    /* descriptors of streamed files, in the order of their entries */
    size_t opened_count;
    size_t closed;           /* streamed files without a descriptor */
    const struct tree *kept; /* that of the previous generation stays, see kept.h; or NULL */
    const struct object *kept_objects;
    size_t kept_count;

    struct sealed paths_memory;
    const char *paths; /* of its objects */
    size_t paths_size;
    char *embedded_paths; /* likewise, of embedded files */

    /* Only between the handover and tree_build(). */
    struct sealed entries_memory;
    const struct tree_entry *entries;
    size_t count;
    struct pack pack; /* the new one */
};

void tree_init(struct tree *tree, const struct config_asset *asset);
void tree_close(struct tree *tree);

/* Closes the descriptors of its directory and of streamed files. */
void tree_let_go(const struct tree *tree);

/* Creates the class on first use; NULL: too many classes, or out of memory. Not thread-safe. */
const struct tree_class *tree_class(struct tree *tree, uint64_t rules);

/* NULL: not created yet. */
const struct tree_class *tree_find_class(const struct tree *tree, uint64_t rules);

/* Is it an object of this tree whose file is not open? */
bool tree_has_closed(const struct tree *tree, const struct object *object);

/* The name of the file of such an object, relative to the directory. */
const char *tree_file_name(const struct tree *tree, const struct object *object);

/* The rules of the class of an object. */
uint64_t tree_rules_of(const struct object *object);

/* The length of the path before a file's name: "/maps/", or "/". */
size_t tree_prefix_length(const struct config_asset *asset);

/* Maps and checks what was handed over, and the packs of the previous generation. Takes
 * ownership of the descriptors in tree. 0, or a negative errno: -EPROTO for invalid
 * contents. */
int tree_map(struct tree *tree, const struct pack *packs, size_t pack_count)
    __attribute__((warn_unused_result));

/* Reports a directory that can't be opened. */
void tree_check(const struct config_asset *asset, struct report *report);

/* The maximum number of objects that tree_build() creates. */
size_t tree_count(const struct tree *tree);

/* Collects the packs of a generation. Packs of the previous generation that stay in use are
 * mapped again. */
struct tree_packs {
    const struct pack *before;
    size_t before_count;
    uint32_t *numbers; /* their numbers here, plus 1; 0: none yet */
    struct pack *items;
    size_t count;
};

/* Maps a pack of the previous generation for this one; NULL: it can't be mapped. */
const struct pack *tree_share_pack(struct tree_packs *packs, uint32_t before,
                                   const struct config_asset *asset);

/* Frees what only collecting needed; the items remain. */
void tree_packs_end(struct tree_packs *packs);

/* Counts the object that was made at objects[*count] as a file of the tree. An index file is
 * added once more, at the path of its directory. */
void tree_add(struct tree *tree, struct object *objects, size_t *count);

/* The trees in the order in which their objects go into the catalogue, in an array that the
 * caller frees. NULL: out of memory. */
struct tree **tree_sort(struct tree *trees, size_t count) __attribute__((warn_unused_result));

/* Creates the objects, without their dates and types, and frees the entries. 0 or a negative
 * errno. */
int tree_build(struct tree *tree, struct tree_packs *packs, struct object *objects,
               size_t *count) __attribute__((warn_unused_result));

#endif
