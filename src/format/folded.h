/* SPDX-License-Identifier: BSD-2-Clause */
/* folded: a call tree as lines for flamegraph.pl, speedscope and inferno:
 * "main;worker_run;sender_push 1234", the outermost function first. */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include <stdio.h>

#include "format/calltree.h"

/* Writes a line for each stack whose own value is not 0; negative ones stay negative. 0 or
 * -ENOMEM. */
int folded_write(const struct calltree *tree, FILE *out) __attribute__((warn_unused_result));

#endif
