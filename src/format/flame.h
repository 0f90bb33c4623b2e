/* SPDX-License-Identifier: BSD-2-Clause */
/* flame: a call tree as JSON for d3-flame-graph: objects with "name", "value" (including
 * callees) and "children". */
#ifndef FORMAT_FLAME_H
#define FORMAT_FLAME_H

#include <stdio.h>

#include "format/calltree.h"

/* The root also has "type" and "unit". Omits values of 0 and below. 0 or -ENOMEM. */
int flame_write(const struct calltree *tree, const struct profile_type *type, FILE *out)
    __attribute__((warn_unused_result));

#endif
