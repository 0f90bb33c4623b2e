/* SPDX-License-Identifier: BSD-2-Clause */
/* calltree: a profile as a tree of calls, for the writers of flame graphs. */
#ifndef FORMAT_CALLTREE_H
#define FORMAT_CALLTREE_H

#include <stdint.h>

#include "profile/profile.h"
#include "symbol/symbol.h"

struct calltree {
    const char *name;          /* of the function; borrowed from the symbols */
    const char *file;          /* file that defines the function; NULL: unknown */
    int64_t value;             /* of the function and all it called */
    int64_t self;              /* of the function itself */
    struct calltree *children; /* sorted by name */
    struct calltree *next;     /* next child of the same caller */
};

/* Creates the tree; its root is "all". value: index of one of the kind's values. NULL: out of
 * memory. */
struct calltree *calltree_create(const struct profile *profile, unsigned value,
                                 struct symbols *symbols) __attribute__((warn_unused_result));
void calltree_free(struct calltree *tree);

/* The greatest depth, including the root. */
unsigned calltree_depth(const struct calltree *tree);

#endif
