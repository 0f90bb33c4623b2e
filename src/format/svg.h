/* SPDX-License-Identifier: BSD-2-Clause */
/* svg: a call tree as a flame graph without scripts. Browsers show the value of the frame under
 * the pointer. */
#ifndef FORMAT_SVG_H
#define FORMAT_SVG_H

#include <stdio.h>

#include "format/calltree.h"

/* Omits values of 0 and below, and frames that are too narrow to see. */
void svg_write(const struct calltree *tree, const struct profile_type *type, FILE *out);

#endif
