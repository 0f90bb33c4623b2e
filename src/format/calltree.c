/* SPDX-License-Identifier: BSD-2-Clause */
/* calltree: children are kept in a list, because there are few. The functions recurse; depth is
 * bounded by the depth of stacks and of inlined calls. */
#include "format/calltree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/saturate.h"

struct builder {
    const struct profile *profile;
    unsigned value;
    struct symbols *symbols;
    struct calltree *root;
    bool failed; /* out of memory */
};

/* By name, then file; no file comes first. */
static int
calltree_compare(const struct calltree *node, const struct symbol *frame)
{
    const int order = strcmp(node->name, frame->function);

    if (order != 0)
        return order;
    return strcmp(node->file ? node->file : "", frame->home ? frame->home : "");
}

/* Finds or creates the child for a frame. NULL: out of memory. */
static struct calltree *
calltree_child(struct calltree *parent, const struct symbol *frame)
{
    struct calltree **at = &parent->children;
    struct calltree *made;
    int order = -1;

    while (*at && (order = calltree_compare(*at, frame)) < 0)
        at = &(*at)->next;
    if (*at && order == 0)
        return *at;
    if ((made = calloc(1, sizeof(*made))) == NULL)
        return NULL;
    *made = (struct calltree){ .name = frame->function, .file = frame->home, .next = *at };
    return *at = made;
}

/* Adds the functions of a frame, outermost first; returns the innermost. */
static struct calltree *
calltree_descend(struct builder *builder, struct calltree *node, uintptr_t address,
                 int64_t value)
{
    const struct symbol *frames;
    size_t count = symbol_find(builder->symbols, address, &frames);

    while (node && count-- > 0) {
        if ((node = calltree_child(node, &frames[count])) != NULL)
            node->value = saturate_add(node->value, value);
    }
    return node;
}

static void
calltree_add_sample(void *argument, const struct profile_sample *sample)
{
    struct builder *builder = argument;
    const int64_t value = sample->values[builder->value];
    struct calltree *node = builder->root;

    if (value == 0)
        return;
    node->value = saturate_add(node->value, value);
    for (unsigned i = sample->depth; node && i-- > 0;)
        node = calltree_descend(builder, node,
                                profile_address(builder->profile->kind, sample, i), value);
    if (node)
        node->self = saturate_add(node->self, value);
    else
        builder->failed = true;
}

struct calltree *
calltree_create(const struct profile *profile, unsigned value, struct symbols *symbols)
{
    struct builder builder = { .profile = profile,
                               .value = value,
                               .symbols = symbols,
                               .root = calloc(1, sizeof(*builder.root)) };

    if (builder.root == NULL)
        return NULL;
    builder.root->name = "all";
    profile_each(profile, calltree_add_sample, &builder);
    if (!builder.failed)
        return builder.root;
    calltree_free(builder.root);
    return NULL;
}

void
calltree_free(struct calltree *tree)
{
    struct calltree *next;

    for (; tree; tree = next) {
        next = tree->next;
        calltree_free(tree->children);
        free(tree);
    }
}

unsigned
calltree_depth(const struct calltree *tree)
{
    unsigned below = 0;

    for (const struct calltree *child = tree->children; child; child = child->next) {
        const unsigned depth = calltree_depth(child);

        below = depth > below ? depth : below;
    }
    return below + 1;
}
