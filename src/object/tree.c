/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree: the entries come from a process that reads untrusted files, so everything in them is
 * checked once against the size of the memory; sealed memory does not change afterwards.
 */
#include "object/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/rule.h"
#include "object/embed.h"

#define CLASSES_MAX 256 /* combinations of rules */
#define SECOND      1000000000

void
tree_init(struct tree *tree, const struct config_asset *asset)
{
    *tree = (struct tree){ .asset = asset,
                           .directory = -1,
                           .paths_memory.fd = -1,
                           .entries_memory.fd = -1,
                           .pack.memory.fd = -1 };
}

size_t
tree_prefix_length(const struct config_asset *asset)
{
    const size_t length = strlen(asset->path);

    return length == 1 ? 1 : length + 1;
}

void
tree_check(const struct config_asset *asset, struct report *report)
{
    const int fd = asset->variant == VARIANT_EMBEDDED
                       ? -1
                       : open(asset->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (asset->variant == VARIANT_EMBEDDED)
        return;
    if (fd < 0)
        report_error(report, asset->file_origin,
                     "[tree %s] directory: \"%s\": %s; a readable directory is needed",
                     asset->path, asset->directory, strerror(errno));
    else
        close(fd);
}

/* --- classes ------------------------------------------------------------------------------ */

struct making {
    const struct config_asset *asset;
    struct tree_class *made;
};

static void
make_class(void *argument)
{
    struct making *making = argument;

    rule_apply(making->asset, making->made->rules, &making->made->asset);
}

static const struct tree_class *
add_class(struct tree *tree, uint64_t rules)
{
    struct tree_class **classes =
        reallocarray(tree->classes, tree->class_count + 1, sizeof(*classes));
    struct tree_class *made = classes ? calloc(1, sizeof(*made)) : NULL;
    struct making making = { tree->asset, made };

    if (classes)
        tree->classes = classes;
    if (made == NULL)
        return NULL;
    made->rules = rules;
    if (memory_try(make_class, &making) &&
        field_lines_create(&made->lines, true, made->asset.cache_control,
                           (const char *const *)made->asset.header.items,
                           made->asset.header.count) == 0)
        return tree->classes[tree->class_count++] = made;
    free(made);
    return NULL;
}

const struct tree_class *
tree_find_class(const struct tree *tree, uint64_t rules)
{
    for (size_t i = 0; i < tree->class_count; i++)
        if (tree->classes[i]->rules == rules)
            return tree->classes[i];
    return NULL;
}

const struct tree_class *
tree_class(struct tree *tree, uint64_t rules)
{
    const struct tree_class *class = tree_find_class(tree, rules);

    return class || tree->class_count == CLASSES_MAX ? class : add_class(tree, rules);
}

static void
free_class(struct tree_class *class)
{
    rule_free(&class->asset);
    field_lines_free(&class->lines);
    free(class);
}

/* --- what was handed over ----------------------------------------------------------------- */

static bool
is_moment(const struct timespec *time)
{
    return time->tv_nsec >= 0 && time->tv_nsec < SECOND;
}

/* Does the entry have a complete path below the tree's own? */
static bool
has_path(const struct tree *tree, const struct tree_entry *entry)
{
    const size_t prefix = tree_prefix_length(tree->asset);
    const char *path = tree->paths + entry->path;

    return entry->path_length > prefix && entry->path_length <= TREE_PATH_MAX &&
           entry->path < tree->paths_size &&
           entry->path_length < tree->paths_size - entry->path &&
           memcmp(path, tree->asset->path, prefix - 1) == 0 && path[prefix - 1] == '/' &&
           strnlen(path, entry->path_length + 1) == entry->path_length;
}

static bool
is_within(const struct sealed *memory, const struct tree_entry *entry, uint64_t length)
{
    return memory->fd >= 0 && entry->offset <= memory->size &&
           length <= memory->size - entry->offset;
}

static bool
has_bytes(const struct tree *tree, const struct tree_entry *entry,
          const struct config_asset *asset, const struct pack *packs, size_t pack_count)
{
    const uint64_t length = source_length(entry->size, asset->encoding);

    if (asset->variant == VARIANT_STREAMING)
        return entry->pack < tree->opened_count || entry->pack == TREE_NOT_OPEN;
    if (asset->variant != VARIANT_CACHED || length == 0)
        return true;
    if (entry->pack == TREE_PACK_NEW)
        return is_within(&tree->pack.memory, entry, length);
    return entry->pack < pack_count && is_within(&packs[entry->pack].memory, entry, length);
}

static bool
is_streamed(const struct tree *tree, const struct tree_entry *entry)
{
    const struct tree_class *class = tree_find_class(tree, entry->rules);

    return class && class->asset.variant == VARIANT_STREAMING;
}

static bool
entry_is_right(struct tree *tree, const struct tree_entry *entry, const struct pack *packs,
               size_t pack_count)
{
    const size_t rules = tree->asset->rule.count;
    const struct tree_class *class;

    if (!has_path(tree, entry) || entry->size >= SOURCE_SIZE_MAX ||
        !is_moment(&entry->modified) || !is_moment(&entry->changed) ||
        (rules < RULES_MAX && entry->rules >> rules != 0))
        return false;
    class = tree_class(tree, entry->rules);
    return class && has_bytes(tree, entry, &class->asset, packs, pack_count);
}

static int
map_all(struct tree *tree)
{
    const char *name = tree->asset->path;

    if (!sealed_check(&tree->paths_memory) || !sealed_check(&tree->entries_memory) ||
        tree->entries_memory.size / sizeof(*tree->entries) < tree->count ||
        (tree->pack.memory.fd >= 0 && !sealed_check(&tree->pack.memory)))
        return -EPROTO;
    tree->paths_size = tree->paths_memory.size;
    tree->paths = sealed_map(&tree->paths_memory, name);
    tree->entries = (const void *)sealed_map(&tree->entries_memory, name);
    if (tree->pack.memory.fd >= 0)
        tree->pack.bytes = sealed_map(&tree->pack.memory, name);
    return tree->paths && tree->entries && (tree->pack.memory.fd < 0 || tree->pack.bytes)
               ? 0
               : -ENOMEM;
}

int
tree_map(struct tree *tree, const struct pack *packs, size_t pack_count)
{
    int error = map_all(tree);
    size_t streamed = 0;

    for (size_t i = 0; error == 0 && i < tree->count; i++) {
        const struct tree_entry *entry = &tree->entries[i];

        if (entry->skipped)
            continue;
        if (!entry_is_right(tree, entry, packs, pack_count) ||
            (is_streamed(tree, entry) && entry->pack != TREE_NOT_OPEN &&
             entry->pack != streamed++))
            error = -EPROTO;
    }
    return error;
}

static void
tree_unmap_entries(struct tree *tree)
{
    sealed_unmap(&tree->entries_memory, (const char *)tree->entries);
    sealed_close(&tree->entries_memory);
    sealed_close(&tree->paths_memory);
    tree->entries = NULL;
}

/* --- objects ------------------------------------------------------------------------------ */

size_t
tree_count(const struct tree *tree)
{
    const size_t files = tree->asset->variant == VARIANT_EMBEDDED ? embed_count : tree->count;

    return tree->asset->index ? 2 * files : files;
}

/* Adds an empty pack; NULL: out of memory. */
static struct pack *
add_pack(struct tree_packs *packs)
{
    struct pack *items = reallocarray(packs->items, packs->count + 1, sizeof(*items));

    if (items == NULL)
        return NULL;
    packs->items = items;
    items[packs->count] = (struct pack){ .memory.fd = -1 };
    return &items[packs->count++];
}

const struct pack *
tree_share_pack(struct tree_packs *packs, uint32_t before, const struct config_asset *asset)
{
    const struct pack *from = &packs->before[before];
    struct pack *pack;

    if (packs->numbers == NULL)
        packs->numbers = calloc(packs->before_count, sizeof(*packs->numbers));
    if (packs->numbers == NULL)
        return NULL;
    if (packs->numbers[before] > 0)
        return &packs->items[packs->numbers[before] - 1];
    if ((pack = add_pack(packs)) == NULL ||
        sealed_share(&pack->memory, &from->memory, "pack") < 0 ||
        (pack->bytes = sealed_map(&pack->memory, "pack")) == NULL)
        return NULL;
    pack->asset = asset;
    packs->numbers[before] = (uint32_t)packs->count;
    return pack;
}

static int
keep_new_pack(struct tree *tree, struct tree_packs *packs, size_t *number)
{
    struct pack *pack = tree->pack.memory.fd >= 0 ? add_pack(packs) : NULL;

    if (tree->pack.memory.fd < 0)
        return 0;
    if (pack == NULL)
        return -ENOMEM;
    *pack = tree->pack;
    pack->asset = tree->asset;
    tree->pack = (struct pack){ .memory.fd = -1 };
    *number = packs->count - 1;
    return 0;
}

/* Packs may move while others are added, so each is looked up when it is needed. */
static int
set_bytes(struct object *object, const struct tree_entry *entry, struct tree_packs *packs,
          size_t new_pack, const struct config_asset *asset)
{
    const struct pack *pack;

    if (object->length == 0) {
        object->bytes = "";
        return 0;
    }
    pack = entry->pack == TREE_PACK_NEW ? &packs->items[new_pack]
                                        : tree_share_pack(packs, entry->pack, asset);
    if (pack == NULL)
        return -ENOMEM;
    object->memory = pack->memory;
    object->memory_offset = entry->offset;
    object->bytes = pack->bytes + entry->offset;
    return 0;
}

static void
set_file(struct tree *tree, const struct tree_entry *entry, struct object *object)
{
    if (entry->pack == TREE_NOT_OPEN) {
        object->ops = &object_closed;
        tree->closed++;
        return;
    }
    object->ops = &object_streamed;
    object->source.fd = tree->opened[entry->pack];
}

static int
build_one(struct tree *tree, const struct tree_entry *entry, struct tree_packs *packs,
          size_t new_pack, struct object *object)
{
    const struct tree_class *class = tree_find_class(tree, entry->rules);

    if (class == NULL)
        return -EPROTO;
    *object = (struct object){
        .ops = &object_packed,
        .asset = &class->asset,
        .lines = &class->lines,
        .path = tree->paths + entry->path,
        .path_length = entry->path_length,
        .source = { .fd = -1,
                    .device = entry->device,
                    .inode = entry->inode,
                    .size = entry->size,
                    .modified = entry->modified,
                    .changed = entry->changed,
                    .in_memory = entry->in_memory != 0 },
        .memory.fd = -1,
    };
    memcpy(object->digest, entry->digest, sizeof(object->digest));
    object_set_length(object);
    if (class->asset.variant == VARIANT_STREAMING) {
        set_file(tree, entry, object);
        return 0;
    }
    return set_bytes(object, entry, packs, new_pack, tree->asset);
}

bool
tree_has_closed(const struct tree *tree, const struct object *object)
{
    const uintptr_t path = (uintptr_t)object->path;

    return object->ops == &object_closed && path >= (uintptr_t)tree->paths &&
           path - (uintptr_t)tree->paths < tree->paths_size;
}

const char *
tree_file_name(const struct tree *tree, const struct object *object)
{
    return object->path + tree_prefix_length(tree->asset);
}

uint64_t
tree_rules_of(const struct object *object)
{
    const char *asset = (const char *)object->asset;

    return ((const struct tree_class *)(const void *)(asset -
                                                      offsetof(struct tree_class, asset)))
        ->rules;
}

/* Does it stand for its directory, too? */
static bool
is_index(const struct tree *tree, const struct object *object)
{
    const char *slash = strrchr(object->path, '/');

    return slash && tree->asset->index && strcmp(slash + 1, tree->asset->index) == 0;
}

void
tree_add(struct tree *tree, struct object *objects, size_t *count)
{
    const struct object *object = &objects[(*count)++];

    tree->bytes += object->length;
    tree->files++;
    if (is_index(tree, object)) {
        objects[*count] = *object;
        objects[(*count)++].path_length -= (uint32_t)strlen(tree->asset->index);
    }
}

int
tree_build(struct tree *tree, struct tree_packs *packs, struct object *objects, size_t *count)
{
    size_t new_pack = 0;
    int error = keep_new_pack(tree, packs, &new_pack);

    for (size_t i = 0; error == 0 && i < tree->count; i++)
        if (!tree->entries[i].skipped) {
            error = build_one(tree, &tree->entries[i], packs, new_pack, &objects[*count]);
            if (error == 0)
                tree_add(tree, objects, count);
            else
                ++*count; /* to be closed with the others */
        }
    tree_unmap_entries(tree);
    return error;
}

void
tree_packs_end(struct tree_packs *packs)
{
    free(packs->numbers);
    packs->numbers = NULL;
}

/* The longest path first, so that of two trees with one path the more special one has it. */
static int
compare_prefixes(const void *a, const void *b)
{
    const struct tree *first = *(struct tree *const *)a;
    const struct tree *second = *(struct tree *const *)b;
    const size_t x = strlen(first->asset->path);
    const size_t y = strlen(second->asset->path);

    return (x < y) - (x > y);
}

struct tree **
tree_sort(struct tree *trees, size_t count)
{
    struct tree **sorted = calloc(count, sizeof(struct tree *));

    for (size_t i = 0; sorted && i < count; i++)
        sorted[i] = &trees[i];
    if (sorted)
        qsort(sorted, count, sizeof(struct tree *), compare_prefixes);
    return sorted;
}

/* --- the end ------------------------------------------------------------------------------ */

void
tree_pack_close(struct pack *pack)
{
    sealed_unmap(&pack->memory, pack->bytes);
    sealed_close(&pack->memory);
    pack->bytes = NULL;
}

void
tree_let_go(const struct tree *tree)
{
    for (size_t i = 0; i < tree->opened_count; i++)
        if (tree->opened[i] >= 0)
            close(tree->opened[i]);
    if (tree->directory >= 0)
        close(tree->directory);
}

void
tree_close(struct tree *tree)
{
    tree_unmap_entries(tree);
    sealed_unmap(&tree->paths_memory, tree->paths);
    tree_pack_close(&tree->pack);
    for (size_t i = 0; i < tree->class_count; i++)
        free_class(tree->classes[i]);
    tree_let_go(tree);
    free(tree->opened);
    free(tree->classes);
    free(tree->embedded_paths);
    tree_init(tree, tree->asset);
}
