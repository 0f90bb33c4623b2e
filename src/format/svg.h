/* SPDX-License-Identifier: BSD-2-Clause */
/* svg: a tree of calls as a flame graph, a picture without scripts. Browsers show the value of
 * a frame where the pointer rests. */
#ifndef FORMAT_SVG_H
#define FORMAT_SVG_H

#include <stdio.h>

#include "format/calltree.h"

/* What does not count above 0 is left out, and so is what would be too narrow to see. */
void svg_write(const struct calltree *tree, const struct profile_type *type, FILE *out);

#endif
