/* SPDX-License-Identifier: BSD-2-Clause */
/* tree_embedded: paths are written once for all embedded files, and cut where a name ends. */
#include "object/tree_embedded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/pattern.h"
#include "config/rule.h"
#include "object/embed.h"

/* The length of the embedded file's original name, without the suffix of base64. 0: it was not
 * embedded in this encoding. */
static size_t
embedded_name_length(const struct embed *embed, enum encoding encoding)
{
    const size_t length = strlen(embed->name);

    if (encoding == ENCODING_IDENTITY)
        return length;
    return length > 4 && strcmp(embed->name + length - 4, ".b64") == 0 ? length - 4 : 0;
}

/* Writes all names, each after the tree's path. */
static char *
write_embedded_paths(const struct tree *tree)
{
    const size_t prefix = tree_prefix_length(tree->asset);
    size_t size = 1;
    char *paths;
    char *out;

    for (size_t i = 0; i < embed_count; i++)
        size += prefix + strlen(embed_table[i].name) + 1;
    if ((out = paths = malloc(size)) == NULL)
        return NULL;
    for (size_t i = 0; i < embed_count; i++)
        out +=
            sprintf(out, "%.*s/%s", (int)prefix - 1, tree->asset->path, embed_table[i].name) +
            1;
    return paths;
}

static const struct tree_class *
class_of_embedded(struct tree *tree, char *path, const struct embed *embed)
{
    const size_t prefix = tree_prefix_length(tree->asset);
    const size_t length = embedded_name_length(embed, tree->asset->encoding);

    path[prefix + length] = '\0';
    if (length == 0 || !pattern_takes_file(tree->asset, path + prefix))
        return NULL;
    return tree_class(tree, rule_match(tree->asset, path + prefix));
}

int
tree_embedded_build(struct tree *tree, struct object *objects, size_t *count)
{
    char *path = tree->embedded_paths = write_embedded_paths(tree);

    if (path == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < embed_count; i++) {
        const size_t length = strlen(path);
        const struct tree_class *class = class_of_embedded(tree, path, &embed_table[i]);
        struct object *object = &objects[*count];

        if (class) {
            *object = (struct object){ .ops = &object_packed,
                                       .asset = &class->asset,
                                       .lines = &class->lines,
                                       .path = path,
                                       .path_length = (uint32_t)strlen(path),
                                       .source.fd = -1,
                                       .memory.fd = -1 };
            embedded_set(object, &embed_table[i]);
            tree_add(tree, objects, count);
        }
        path += length + 1;
    }
    return 0;
}
