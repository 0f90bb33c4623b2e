/* SPDX-License-Identifier: BSD-2-Clause */
/* selection: what is kept is as it would be behind the loader. */
#include "object/selection.h"

#include "object/kept.h"

bool
selection_loads(const struct object *object)
{
    return object->ops->load && !object->ready;
}

bool
selection_loads_tree(const struct tree *tree)
{
    return tree->asset->variant != VARIANT_EMBEDDED && tree->kept == NULL;
}

static const struct tree *
find_tree(const struct catalogue *catalogue, const struct config_asset *asset)
{
    for (size_t i = 0; i < catalogue->tree_count; i++)
        if (catalogue->trees[i].asset == asset)
            return &catalogue->trees[i];
    return NULL;
}

int
selection_keep(struct catalogue *catalogue, const bool *changed,
               const struct catalogue *previous)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < catalogue->assets; i++) {
        struct object *object = &catalogue->objects[i];

        if (selection_loads(object) && !changed[object->asset->section] &&
            kept_object(object, catalogue_find_file(previous, object->asset)))
            error = catalogue_attach(catalogue, object, previous);
    }
    for (size_t i = 0; error == 0 && i < catalogue->tree_count; i++) {
        struct tree *tree = &catalogue->trees[i];
        const struct tree *before = find_tree(previous, tree->asset);

        if (before && selection_loads_tree(tree) && !changed[tree->asset->section])
            error = kept_tree(tree, before, previous->objects, previous->count);
    }
    return error;
}
