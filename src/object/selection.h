/* SPDX-License-Identifier: BSD-2-Clause */
/* selection: what of a new catalogue must be loaded, and what is kept of the previous one. */
#ifndef OBJECT_SELECTION_H
#define OBJECT_SELECTION_H

#include <stdbool.h>

#include "object/catalogue.h"

/* Takes over the objects of the previous catalogue, which has the same configuration, but those
 * of the sections that have changed, by number. 0 or a negative errno. */
int selection_keep(struct catalogue *catalogue, const bool *changed,
                   const struct catalogue *previous) __attribute__((warn_unused_result));

/* Must the loader read it? */
bool selection_loads(const struct object *object);
bool selection_loads_tree(const struct tree *tree);

#endif
