/* SPDX-License-Identifier: BSD-2-Clause */
/* folded: a tree of calls as the lines that flamegraph.pl, speedscope and inferno read:
 * "main;worker_run;sender_push 1234", the outermost function first. */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include <stdio.h>

#include "format/calltree.h"

/* A line for each stack with a value of its own; what is negative stays so. 0 or -ENOMEM. */
int folded_write(const struct calltree *tree, FILE *out) __attribute__((warn_unused_result));

#endif
