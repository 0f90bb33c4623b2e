/* SPDX-License-Identifier: BSD-2-Clause */
/* calltree: a profile as a tree of calls, for the writers of flame graphs. */
#ifndef FORMAT_CALLTREE_H
#define FORMAT_CALLTREE_H

#include <stdint.h>

#include "profile/profile.h"
#include "symbol/symbol.h"

struct calltree {
    const char *name;          /* of the function; borrowed of the symbols */
    const char *file;          /* that it is defined in; NULL: unknown */
    int64_t value;             /* of it and of all that it called */
    int64_t self;              /* its own */
    struct calltree *children; /* by name */
    struct calltree *next;     /* of the same caller */
};

/* The root, "all", calls the outermost functions. value: which of the kind's. NULL without
 * memory. */
struct calltree *calltree_create(const struct profile *profile, unsigned value,
                                 struct symbols *symbols) __attribute__((warn_unused_result));
void calltree_free(struct calltree *tree);

/* How many calls are within each other at most, the root included. */
unsigned calltree_depth(const struct calltree *tree);

#endif
