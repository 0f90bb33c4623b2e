/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing: objects that are made of the names, sizes, dates and digests of a tree's files: a
 * page for each directory, and a list of digests. They are held in the master's memory, which
 * workers share.
 */
#ifndef OBJECT_LISTING_H
#define OBJECT_LISTING_H

#include "object/object.h"
#include "object/path_index.h"
#include "object/tree.h"

struct listing {
    char *text; /* of all */
    char *sums_path;
    struct field_lines lines;
    struct config_asset page; /* the section of pages; borrowed, but for the media type */
    struct config_asset sums;
    struct object *objects; /* to be moved into the catalogue */
    size_t count;
};

/* Does the tree's section ask for any? */
bool listing_wanted(const struct config_asset *asset);

/* Makes the objects for a tree whose files are among the count objects. Where a path is taken,
 * none is made. 0 or -ENOMEM; listing_free() in both cases. */
int listing_make(struct listing *listing, struct tree *tree, const struct object *objects,
                 size_t count, const struct path_index *index)
    __attribute__((warn_unused_result));
void listing_free(struct listing *listing);

#endif
