/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree_load: a pack of the previous generation is kept if at least half of it is still in use.
 * From the other packs, what is in use is copied into the new pack. So there are never many
 * packs, and little of them is unused.
 */
#include "loader/tree_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/log.h"
#include "config/rule.h"

#define LINE      64 /* objects begin on cache lines */
#define PACKS_MAX 8  /* of the previous generation that are kept */

/* --- listing ------------------------------------------------------------------------------ */

int
tree_load_list(struct tree_load *load, const struct config_asset *asset)
{
    *load = (struct tree_load){ 0 };
    tree_init(&load->tree, asset);
    return walk_run(&load->walk, asset);
}

void
tree_load_free(struct tree_load *load)
{
    walk_free(&load->walk);
    tree_close(&load->tree);
    free(load->before);
    free(load->opened);
    load->before = NULL;
    load->opened = NULL;
}

/* --- what to read ------------------------------------------------------------------------- */

static bool
load_fails(const struct tree_load *load, const char *what)
{
    log_error("tree %s: %s", load->tree.asset->path, what);
    return false;
}

static const struct config_asset *
settings_of(const struct tree_load *load, const struct tree_entry *entry)
{
    return &tree_find_class(&load->tree, entry->rules)->asset;
}

static uint64_t
length_of(const struct tree_load *load, const struct tree_entry *entry)
{
    return source_length(entry->size, settings_of(load, entry)->encoding);
}

static bool
is_streaming(const struct tree_load *load, const struct tree_entry *entry)
{
    return settings_of(load, entry)->variant == VARIANT_STREAMING;
}

static bool
is_cached(const struct tree_load *load, const struct tree_entry *entry)
{
    return settings_of(load, entry)->variant == VARIANT_CACHED;
}

/* Is the file the same as when the object was loaded? */
static bool
is_unchanged(const struct tree_entry *entry, const struct object *object)
{
    const struct source source = { .device = entry->device,
                                   .inode = entry->inode,
                                   .size = entry->size,
                                   .modified = entry->modified,
                                   .changed = entry->changed };

    return source_same(&source, &object->source);
}

static void
set_before(struct tree_load *load, size_t file, const struct catalogue *previous)
{
    const struct tree_entry *entry = &load->entries[file];
    const struct object *object =
        previous ? catalogue_find(previous, (struct span){ load->paths + entry->path,
                                                           entry->path_length })
                 : NULL;

    if (object && object->asset->tree &&
        object->asset->encoding == settings_of(load, entry)->encoding &&
        is_unchanged(entry, object))
        load->before[file] = object;
}

/* Writes the path of the URL: the tree's path and the file's name. */
static size_t
write_path(struct tree_load *load, size_t file, size_t at)
{
    const size_t prefix = tree_prefix_length(load->tree.asset);
    const char *name = walk_name(&load->walk, file);
    const size_t length = strlen(name);
    char *out = load->paths + at;

    memcpy(out, load->tree.asset->path, prefix);
    out[prefix - 1] = '/';
    memcpy(out + prefix, name, length + 1);
    return prefix + length;
}

static bool
describe_file(struct tree_load *load, size_t file, size_t *at)
{
    const struct walk_file *found = &load->walk.files[file];
    const size_t length = write_path(load, file, *at);
    struct tree_entry *entry = &load->entries[file];

    *entry = (struct tree_entry){
        .device = found->device,
        .inode = found->inode,
        .size = found->size,
        .modified = found->modified,
        .changed = found->changed,
        .rules = rule_match(load->tree.asset, walk_name(&load->walk, file)),
        .path = *at,
        .path_length = (uint32_t)length,
        .pack = TREE_PACK_NEW,
        .skipped = length > TREE_PATH_MAX,
    };
    *at += length + 1;
    if (entry->skipped)
        return walk_misses(load->tree.asset, walk_name(&load->walk, file),
                           "its path is longer than 8192 bytes");
    return tree_class(&load->tree, entry->rules) ||
           load_fails(load, "too many combinations of rules, or out of memory");
}

/* --- where the bytes go ------------------------------------------------------------------- */

static size_t
pack_of(const struct catalogue *previous, const struct object *object)
{
    size_t pack = 0;

    while (pack < previous->pack_count && previous->packs[pack].memory.fd != object->memory.fd)
        pack++;
    return pack;
}

/* Adds up what is still in use of each pack of the previous generation. */
static void
add_up_packs(const struct tree_load *load, const struct catalogue *previous, uint64_t *used)
{
    for (size_t i = 0; i < load->walk.count; i++) {
        const struct object *before = load->before[i];
        const size_t pack =
            before && before->bytes ? pack_of(previous, before) : previous->pack_count;

        if (pack < previous->pack_count && is_cached(load, &load->entries[i]))
            used[pack] += (before->length + LINE - 1) / LINE * LINE;
    }
}

static bool
pack_goes_on(const struct catalogue *previous, const uint64_t *used, size_t pack)
{
    size_t larger = 0;

    for (size_t i = 0; i < previous->pack_count; i++)
        larger += used[i] > used[pack] || (used[i] == used[pack] && i < pack);
    return used[pack] >= previous->packs[pack].memory.size / 2 && larger < PACKS_MAX;
}

/* False: there are more bytes than can be counted. */
static bool
place(struct tree_load *load, size_t file, const struct catalogue *previous,
      const uint64_t *used)
{
    struct tree_entry *entry = &load->entries[file];
    const struct object *before = load->before[file];
    const size_t pack = before && before->bytes && previous ? pack_of(previous, before) : 0;

    if (before) {
        memcpy(entry->digest, before->digest, sizeof(entry->digest));
        entry->in_memory = before->source.in_memory;
    }
    if (!is_cached(load, entry))
        return true;
    if (before && before->bytes && pack < previous->pack_count &&
        pack_goes_on(previous, used, pack)) {
        entry->pack = (uint32_t)pack;
        entry->offset = before->memory_offset;
        return true;
    }
    entry->offset = load->pack_size;
    load->pack_size += (length_of(load, entry) + LINE - 1) / LINE * LINE;
    return load->pack_size >= entry->offset;
}

static bool
place_all(struct tree_load *load, const struct catalogue *previous)
{
    const size_t packs = previous ? previous->pack_count : 0;
    uint64_t *used = calloc(packs + 1, sizeof(*used));
    bool fit = true;

    if (used == NULL)
        return load_fails(load, "out of memory");
    if (previous)
        add_up_packs(load, previous, used);
    for (size_t i = 0; fit && i < load->walk.count; i++)
        fit = load->entries[i].skipped || place(load, i, previous, used);
    free(used);
    return fit || load_fails(load, "its files are too large");
}

/* --- preparing ---------------------------------------------------------------------------- */

static void *
reserve(struct sealed *memory, const char *name, uint64_t size)
{
    return sealed_reserve(memory, name, size, false) < 0 ? NULL : sealed_fill(memory, name);
}

static bool
reserve_lists(struct tree_load *load)
{
    const char *name = load->tree.asset->path;
    const size_t count = load->walk.count;
    const size_t prefix = tree_prefix_length(load->tree.asset);

    load->before = calloc(count + 1, sizeof(*load->before));
    load->paths =
        reserve(&load->tree.paths_memory, name, load->walk.names_size + count * prefix);
    load->entries = reserve(&load->tree.entries_memory, name, count * sizeof(*load->entries));
    return load->before && load->paths && load->entries;
}

bool
tree_load_wants(const struct tree_load *load, size_t file)
{
    const struct tree_entry *entry = &load->entries[file];

    if (entry->skipped)
        return false;
    return load->before[file] == NULL || (is_streaming(load, entry) && load->opened) ||
           (entry->pack == TREE_PACK_NEW && is_cached(load, entry));
}

static void
count_wanted(struct tree_load *load, struct load_progress *progress)
{
    for (size_t i = 0; i < load->walk.count; i++)
        if (tree_load_wants(load, i)) {
            load->left++;
            load_progress_expect(progress, load->entries[i].size);
        }
}

/* If there are too many files, none is kept open: workers have them opened. */
static bool
make_room_for_descriptors(struct tree_load *load)
{
    size_t streamed = 0;

    for (size_t i = 0; i < load->walk.count; i++)
        streamed += !load->entries[i].skipped && is_streaming(load, &load->entries[i]);
    if (streamed > load->tree.asset->max_open_files)
        return true;
    load->opened = calloc(load->walk.count + 1, sizeof(*load->opened));
    load->tree.opened = calloc(streamed + 1, sizeof(*load->tree.opened));
    return (load->opened && load->tree.opened) || load_fails(load, "out of memory");
}

static bool
prepare(struct tree_load *load, const struct catalogue *previous)
{
    size_t at = 0;

    if (!reserve_lists(load))
        return false;
    for (size_t i = 0; i < load->walk.count; i++) {
        if (!describe_file(load, i, &at))
            return false;
        set_before(load, i, previous);
    }
    if (!place_all(load, previous) || !make_room_for_descriptors(load))
        return false;
    if (load->pack_size == 0)
        return true;
    load->pack = reserve(&load->tree.pack.memory, load->tree.asset->path, load->pack_size);
    return load->pack != NULL;
}

int
tree_load_prepare(struct tree_load *load, const struct catalogue *previous,
                  struct load_progress *progress)
{
    if (!prepare(load, previous))
        return -EIO;
    count_wanted(load, progress);
    return 0;
}

/* --- reading ------------------------------------------------------------------------------ */

/* The file must still be what the walk has seen, because its place in the pack has that size.
 */
static const char *
tree_load_open(const struct tree_load *load, size_t file, struct source *source)
{
    const int fd = beneath_open_file(load->walk.directory, walk_name(&load->walk, file),
                                     load->tree.asset->follow == CHOICE_YES);
    const char *reason;

    source->fd = -1;
    if (fd < 0)
        return fd == -EINVAL ? "is not a regular file" : strerror(-fd);
    if ((reason = source_examine(source, fd)) == NULL &&
        source->size != load->entries[file].size)
        reason = "changed while the directory was read";
    source->fd = fd;
    return reason;
}

static const char *
tree_load_read_file(struct tree_load *load, size_t file, char *target,
                    struct load_progress *progress)
{
    struct tree_entry *entry = &load->entries[file];
    const struct object *before = load->before[file];
    struct source source;
    const char *reason = tree_load_open(load, file, &source);
    int error = 0;

    if (reason == NULL && before && target == NULL && source_same(&source, &before->source))
        load_progress_skip(progress, source.size);
    else if (reason == NULL)
        error = source_read(&source, settings_of(load, entry)->encoding, target, entry->digest,
                            progress);
    if (reason == NULL && error < 0)
        reason = error == -ESTALE ? "changed while it was read" : strerror(-error);
    if (reason == NULL) {
        entry->device = source.device;
        entry->inode = source.inode;
        entry->modified = source.modified;
        entry->changed = source.changed;
        entry->in_memory = source.in_memory;
    }
    if (reason == NULL && load->opened && is_streaming(load, entry))
        load->opened[file] = source.fd;
    else
        source_close(&source);
    return reason;
}

/* Copies from memory, which needs no disk. */
static void
copy_before(const struct object *before, char *target, struct load_progress *progress)
{
    memcpy(target, before->bytes, before->length);
    load_progress_skip(progress, before->source.size);
}

int
tree_load_read(struct tree_load *load, size_t file, bool *last, struct load_progress *progress)
{
    struct tree_entry *entry = &load->entries[file];
    const struct object *before = load->before[file];
    char *target = is_cached(load, entry) ? load->pack + entry->offset : NULL;
    const char *reason = NULL;

    if (before && before->bytes && target)
        copy_before(before, target, progress);
    else
        reason = tree_load_read_file(load, file, target, progress);
    if (reason) {
        entry->skipped = 1;
        if (!walk_misses(load->tree.asset, walk_name(&load->walk, file), reason))
            return -EIO;
    }
    *last = __atomic_sub_fetch(&load->left, 1, __ATOMIC_ACQ_REL) == 0;
    return 0;
}

/* Their entries have the numbers of their descriptors. */
static void
number_opened(struct tree_load *load)
{
    for (size_t i = 0; load->opened && i < load->walk.count; i++) {
        struct tree_entry *entry = &load->entries[i];

        if (entry->skipped || !is_streaming(load, entry))
            continue;
        entry->pack = (uint32_t)load->tree.opened_count;
        load->tree.opened[load->tree.opened_count++] = load->opened[i];
    }
}

int
tree_load_finish(struct tree_load *load)
{
    const char *name = load->tree.asset->path;

    number_opened(load);
    load->tree.count = load->walk.count;
    load->tree.directory = load->walk.directory;
    load->walk.directory = -1;
    if (sealed_finish(&load->tree.paths_memory, name, load->paths) < 0 ||
        sealed_finish(&load->tree.entries_memory, name, (char *)load->entries) < 0)
        return -EIO;
    return load->pack ? sealed_finish(&load->tree.pack.memory, name, load->pack) : 0;
}
