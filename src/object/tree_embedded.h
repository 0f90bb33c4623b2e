/* SPDX-License-Identifier: BSD-2-Clause */
/* tree_embedded: the objects of a tree of embedded files. */
#ifndef OBJECT_TREE_EMBEDDED_H
#define OBJECT_TREE_EMBEDDED_H

#include "object/tree.h"

/* Creates the objects as tree_build() does. 0 or a negative errno. */
int tree_embedded_build(struct tree *tree, struct object *objects, size_t *count)
    __attribute__((warn_unused_result));

#endif
