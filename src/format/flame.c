/* SPDX-License-Identifier: BSD-2-Clause */
/* flame: recurses over the tree. */
#include "format/flame.h"

#include <errno.h>
#include <jansson.h>

/* A name that is not valid UTF-8 is omitted. */
static json_t *
flame_node(const struct calltree *node)
{
    json_t *value = json_object();
    json_t *children = json_array();

    json_object_set_new(value, "name", json_string(node->name));
    json_object_set_new(value, "value", json_integer(node->value));
    if (node->file)
        json_object_set_new(value, "file", json_string(node->file));
    for (const struct calltree *child = node->children; child; child = child->next)
        if (child->value > 0)
            json_array_append_new(children, flame_node(child));
    json_object_set_new(value, "children", children);
    return value;
}

int
flame_write(const struct calltree *tree, const struct profile_type *type, FILE *out)
{
    json_t *root = flame_node(tree);
    int error = -1;

    json_object_set_new(root, "type", json_string(type->name));
    json_object_set_new(root, "unit", json_string(type->unit));
    if (root)
        error = json_dumpf(root, out, JSON_COMPACT);
    json_decref(root);
    fputc('\n', out);
    return error < 0 ? -ENOMEM : 0;
}
