/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue: URL path -> object. Complete before the master forks workers; a worker only looks
 * paths up, so no name from the network ever reaches the file system.
 */
#ifndef OBJECT_CATALOGUE_H
#define OBJECT_CATALOGUE_H

#include <stddef.h>

#include "base/report.h"
#include "base/span.h"
#include "config/config.h"
#include "object/encoded.h"
#include "object/listing.h"
#include "object/object.h"
#include "object/path_index.h"
#include "object/tree.h"

#define CATALOGUE_HEAD_MAX                                                                     \
    32768 /* of head_max; an object with more fields is refused                                \
           */

struct catalogue {
    time_t began;           /* when its objects began to be loaded */
    struct object *objects; /* in the order of their sections */
    size_t count;
    size_t mapped;           /* bytes of the array; 0: malloc(3) made it */
    size_t assets;           /* the first of them, which are those of [asset] sections */
    struct encoded encoded;  /* which of them are forms of others, in another coding */
    struct path_index index; /* of them by path */
    struct tree *trees;      /* in the order of their sections */
    size_t tree_count;
    struct listing *listings; /* of trees that have some */
    size_t listing_count;
    struct pack *packs; /* that hold the objects of trees */
    size_t pack_count;
    struct mime_types *types;  /* of files whose sections say none */
    struct field_lines *lines; /* by section */
    size_t sections;
    size_t head_max; /* bytes that are enough for any response's head and a part's behind
                               it */
};

/* Reports an asset that can't be served. No side effects but those of opening a file. */
void catalogue_check(const struct config_asset *asset, struct report *report);

/* The same, but only checks that need no disk and so can't be slow. */
void catalogue_check_quickly(const struct config_asset *asset, struct report *report);

/*
 * All objects. Those without ops->load are ready to be served; the others must be opened,
 * loaded and attached. NULL on failure, with a line in the log and nothing held. The catalogue
 * borrows config.
 */
struct catalogue *catalogue_create(const struct config *config)
    __attribute__((warn_unused_result));

/* The loader has handed over the object: makes it ready. previous is the catalogue of the
 * generation before, or NULL. 0, or a negative errno with a line in the log. */
int catalogue_attach(struct catalogue *catalogue, struct object *object,
                     const struct catalogue *previous) __attribute__((warn_unused_result));

/* The same for what the loader has told of a tree, which is checked. */
int catalogue_attach_tree(struct catalogue *catalogue, struct tree *tree,
                          const struct catalogue *previous) __attribute__((warn_unused_result));

/* All is attached: makes the objects of trees, and finds the forms of objects in other codings.
 * The same. */
int catalogue_complete(struct catalogue *catalogue, const struct catalogue *previous)
    __attribute__((warn_unused_result));

/* An object of the same file in the same form, and not absent: then its digest, and in the same
 * variant its bytes, can be taken over. NULL: there is none, or no catalogue. */
const struct object *catalogue_find_file(const struct catalogue *catalogue,
                                         const struct config_asset *asset);

void catalogue_close(struct catalogue *catalogue);

/* In a process that serves none of it: releases what the objects hold, and keeps their names.
 */
void catalogue_let_go(const struct catalogue *catalogue);

/* The object at this normalised path, or NULL. */
const struct object *catalogue_find(const struct catalogue *catalogue, struct span path);

/* The object of a tree's directory, whose path is this one and a slash; or NULL. */
const struct object *catalogue_find_directory(const struct catalogue *catalogue,
                                              struct span path);

/* The same in the coding that the request prefers. */
const struct object *catalogue_choose(const struct catalogue *catalogue,
                                      const struct object *object,
                                      const struct request *request);

/* Objects that wait for room. */
size_t catalogue_count_absent(const struct catalogue *catalogue);

/* What a section of another generation has become: that at the same path in the same variant,
 * or NULL. */
const struct config_asset *catalogue_find_section(const struct catalogue *catalogue,
                                                  const struct config_asset *asset);

#endif
