/* SPDX-License-Identifier: BSD-2-Clause */
/* flame: a tree of calls as JSON, as d3-flame-graph wants it: objects with "name", "value" (of
 * it and of all that it called) and "children". */
#ifndef FORMAT_FLAME_H
#define FORMAT_FLAME_H

#include <stdio.h>

#include "format/calltree.h"

/* The root also has "type" and "unit". What does not count above 0 is left out. 0 or -ENOMEM.
 */
int flame_write(const struct calltree *tree, const struct profile_type *type, FILE *out)
    __attribute__((warn_unused_result));

#endif
