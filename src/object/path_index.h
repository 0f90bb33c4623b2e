/* SPDX-License-Identifier: BSD-2-Clause */
/* path_index: finds objects by their paths: a hash table with open addressing, written once. */
#ifndef OBJECT_PATH_INDEX_H
#define OBJECT_PATH_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define PATH_INDEX_NONE UINT32_MAX

struct object;
struct path_index_slot;

struct path_index {
    struct path_index_slot *slots;
    size_t mask; /* one less than their number, which is a power of two */
};

/* Indexes the objects with these numbers; if several have the same path, the first is found. 0
 * or -ENOMEM. */
int path_index_create(struct path_index *index, const struct object *objects, size_t count)
    __attribute__((warn_unused_result));
void path_index_free(struct path_index *index);

/* The number of the object, or PATH_INDEX_NONE. */
uint32_t path_index_find(const struct path_index *index, const struct object *objects,
                         struct span path);

#endif
