/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept: a reload of some sections takes over the objects of all others from the generation
 * before, without asking the disk. Both have the same configuration.
 */
#ifndef OBJECT_KEPT_H
#define OBJECT_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "object/object.h"
#include "object/tree.h"

/* Takes over an object of an [asset] section, which is then to be attached; previous: the same
 * file before, or NULL. False: it must be loaded. */
bool kept_object(struct object *object, const struct object *previous);

/* Takes over a tree, whose objects, among these, kept_build() makes anew. 0 or a negative
 * errno. */
int kept_tree(struct tree *tree, const struct tree *previous, const struct object *objects,
              size_t count) __attribute__((warn_unused_result));

/* Like tree_build(), from the objects of the previous generation. */
int kept_build(struct tree *tree, struct tree_packs *packs, struct object *objects,
               size_t *count) __attribute__((warn_unused_result));

#endif
