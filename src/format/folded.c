/* SPDX-License-Identifier: BSD-2-Clause */
/* folded: replaces semicolons in names, which separate frames, by colons. */
#include "format/folded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static void
folded_put_name(const char *name, FILE *out)
{
    for (; *name; name++)
        fputc(*name == ';' ? ':' : *name, out);
}

/* path: the functions that lead to node, outermost first, without the root. */
static void
folded_write_stack(const struct calltree *const *path, unsigned depth, FILE *out)
{
    for (unsigned i = 0; i < depth; i++) {
        if (i > 0)
            fputc(';', out);
        folded_put_name(path[i]->name, out);
    }
    fprintf(out, " %" PRId64 "\n", path[depth - 1]->self);
}

static void
folded_write_below(const struct calltree *node, const struct calltree **path, unsigned depth,
                   FILE *out)
{
    for (const struct calltree *child = node->children; child; child = child->next) {
        path[depth] = child;
        if (child->self != 0)
            folded_write_stack(path, depth + 1, out);
        folded_write_below(child, path, depth + 1, out);
    }
}

int
folded_write(const struct calltree *tree, FILE *out)
{
    const struct calltree **path = calloc(calltree_depth(tree), sizeof(*path));

    if (path == NULL)
        return -ENOMEM;
    folded_write_below(tree, path, 0, out);
    free(path);
    return 0;
}
