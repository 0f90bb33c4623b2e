/* SPDX-License-Identifier: BSD-2-Clause */
/* cached: what objects in sealed memory of their own have in common, see struct object_ops. */
#ifndef OBJECT_CACHED_H
#define OBJECT_CACHED_H

#include "object/object.h"

int cached_attach(struct object *object, const struct object *previous)
    __attribute__((warn_unused_result));
void cached_close(struct object *object);
const char *cached_map(const struct object *object);
int cached_file(const struct object *object, uint64_t *offset);

#endif
