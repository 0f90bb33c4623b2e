/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept: descriptors are duplicated and packs are mapped again; the paths are copied, for their
 * memory has no descriptor any more.
 */
#include "object/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int
duplicate(int fd)
{
    const int copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

    return fd >= 0 && copy < 0 ? -errno : copy;
}

bool
kept_object(struct object *object, const struct object *previous)
{
    const bool streaming = object->ops == &object_streaming;

    object->missing =
        previous ? previous->missing : object->coding != CODING_IDENTITY && !object->made;
    if (previous == NULL || previous->ops != object->ops)
        return previous == NULL && object->missing;
    object->source = previous->source;
    object->source.fd = streaming ? duplicate(previous->source.fd) : -1;
    object->unchanged = !streaming && !object->missing;
    memcpy(object->digest, previous->digest, sizeof(object->digest));
    object_set_length(object);
    if (object->made)
        object->length = previous->length;
    return !streaming || object->source.fd >= 0;
}

static int
copy_paths(struct tree *tree, const struct tree *previous)
{
    char *paths;

    if (previous->paths_size == 0)
        return 0;
    paths = mmap(NULL, previous->paths_size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (paths == MAP_FAILED)
        return -ENOMEM;
    memcpy(paths, previous->paths, previous->paths_size);
    tree->paths = paths;
    tree->paths_size = tree->paths_memory.size = previous->paths_size;
    return 0;
}

static int
duplicate_files(struct tree *tree, const struct tree *previous)
{
    tree->opened = calloc(previous->opened_count + 1, sizeof(*tree->opened));
    if (tree->opened == NULL)
        return -ENOMEM;
    for (; tree->opened_count < previous->opened_count; tree->opened_count++) {
        const int fd = duplicate(previous->opened[tree->opened_count]);

        if (fd < 0)
            return fd;
        tree->opened[tree->opened_count] = fd;
    }
    return 0;
}

int
kept_tree(struct tree *tree, const struct tree *previous, const struct object *objects,
          size_t count)
{
    int error = 0;

    tree->kept = previous;
    tree->kept_objects = objects;
    tree->kept_count = count;
    tree->count = previous->files;
    if ((tree->directory = duplicate(previous->directory)) < 0)
        error = tree->directory;
    if (error == 0)
        error = copy_paths(tree, previous);
    return error < 0 ? error : duplicate_files(tree, previous);
}

/* Encoded forms are made anew of those that they are forms of. */
static bool
is_of_tree(const struct tree *tree, const struct object *object)
{
    const uintptr_t path = (uintptr_t)object->path;

    return object->coding == CODING_IDENTITY && path >= (uintptr_t)tree->paths &&
           path - (uintptr_t)tree->paths < tree->paths_size;
}

/* The number of an open file, of which there is one for each object in their order, but for
 * those that stand for their directories, too. */
static size_t
number_of_file(const struct tree *previous, const struct object *object, size_t next)
{
    return next > 0 && previous->opened[next - 1] == object->source.fd ? next - 1 : next;
}

static int
keep_bytes(struct tree *tree, struct tree_packs *packs, const struct object *before,
           struct object *object)
{
    size_t number = 0;
    const struct pack *pack;

    if (before->length == 0)
        return 0;
    while (number < packs->before_count && packs->before[number].memory.fd != before->memory.fd)
        number++;
    if (number == packs->before_count)
        return -EPROTO;
    if ((pack = tree_share_pack(packs, (uint32_t)number, tree->asset)) == NULL)
        return -ENOMEM;
    object->memory = pack->memory;
    object->bytes = pack->bytes + object->memory_offset;
    return 0;
}

static int
keep_one(struct tree *tree, struct tree_packs *packs, const struct object *before,
         struct object *object, size_t *next)
{
    const struct tree_class *class = tree_class(tree, tree_rules_of(before));

    *object = *before;
    object->source.fd = -1;
    object->memory.fd = -1;
    object->forms = 0;
    object->content_type = NULL; /* it is the previous generation's */
    if (class == NULL)
        return -ENOMEM;
    object->asset = &class->asset;
    object->lines = &class->lines;
    object->path = tree->paths + (before->path - tree->kept->paths);
    object_set_length(object);
    if (before->ops == &object_closed)
        tree->closed++;
    if (before->ops == &object_streamed) {
        const size_t number = number_of_file(tree->kept, before, *next);

        object->source.fd = tree->opened[number];
        *next = number + 1;
    }
    return before->ops == &object_packed ? keep_bytes(tree, packs, before, object) : 0;
}

int
kept_build(struct tree *tree, struct tree_packs *packs, struct object *objects, size_t *count)
{
    size_t next = 0;
    int error = 0;

    for (size_t i = 0; error == 0 && i < tree->kept_count; i++) {
        const struct object *before = &tree->kept_objects[i];

        if (!is_of_tree(tree->kept, before) || before->path[before->path_length] != '\0')
            continue;
        error = keep_one(tree, packs, before, &objects[*count], &next);
        if (error == 0)
            tree_add(tree, objects, count);
        else
            ++*count; /* to be closed with the others */
    }
    tree->kept = NULL;
    return error;
}
