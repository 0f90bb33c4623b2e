/* SPDX-License-Identifier: BSD-2-Clause */
/* catalogue: see catalogue.h. */
#include "object/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "config/section.h"
#include "http/response_head.h"
#include "object/kept.h"
#include "object/tree_embedded.h"

/* Times up to this one are no dates: reproducible builds (Nix, OSTree) set all times to 0 or 1.
 */
#define NO_DATE_MAX 1

static const struct object_ops *const variants[] = {
    [VARIANT_CACHED] = &object_cached,
    [VARIANT_EMBEDDED] = &object_embedded,
    [VARIANT_STREAMING] = &object_streaming,
};

void
catalogue_check(const struct config_asset *asset, struct report *report)
{
    if (asset->tree)
        tree_check(asset, report);
    else
        variants[asset->variant]->check(asset, report);
}

void
catalogue_check_quickly(const struct config_asset *asset, struct report *report)
{
    if (variants[asset->variant]->load == NULL)
        catalogue_check(asset, report);
}

/* --- finding ------------------------------------------------------------------------------ */

const struct object *
catalogue_find(const struct catalogue *catalogue, struct span path)
{
    const uint32_t number = path_index_find(&catalogue->index, catalogue->objects, path);

    return number != PATH_INDEX_NONE ? &catalogue->objects[number] : NULL;
}

const struct object *
catalogue_find_directory(const struct catalogue *catalogue, struct span path)
{
    char name[TREE_PATH_MAX + 1];
    const struct object *object;

    if (path.length >= sizeof(name))
        return NULL;
    memcpy(name, path.at, path.length);
    name[path.length] = '/';
    object = catalogue_find(catalogue, (struct span){ name, path.length + 1 });
    return object && object->asset->tree ? object : NULL;
}

const struct object *
catalogue_choose(const struct catalogue *catalogue, const struct object *object,
                 const struct request *request)
{
    return encoded_choose(&catalogue->encoded, catalogue->objects, object, request);
}

const struct config_asset *
catalogue_find_section(const struct catalogue *catalogue, const struct config_asset *asset)
{
    const struct object *object;

    for (size_t i = 0; asset->tree && i < catalogue->tree_count; i++) {
        const struct config_asset *tree = catalogue->trees[i].asset;

        if (tree->variant == asset->variant && strcmp(tree->path, asset->path) == 0)
            return tree;
    }
    if (asset->tree)
        return NULL;
    object = catalogue_find(catalogue, span_of(asset->path));
    return object && !object->asset->tree && object->asset->variant == asset->variant
               ? object->asset
               : NULL;
}

static bool
same_form(const struct config_asset *a, const struct config_asset *b)
{
    return a->variant != VARIANT_EMBEDDED && !a->tree && a->encoding == b->encoding &&
           strcmp(a->file, b->file) == 0;
}

static const struct object *
search_file(const struct catalogue *catalogue, const struct config_asset *asset)
{
    const struct object *found = NULL;

    for (size_t i = 0; i < catalogue->assets; i++) {
        const struct object *object = &catalogue->objects[i];

        if (object->absent || (object->missing && !object->made) ||
            !same_form(object->asset, asset))
            continue;
        if (object->asset->variant == asset->variant)
            return object;
        found = object;
    }
    return found;
}

const struct object *
catalogue_find_file(const struct catalogue *catalogue, const struct config_asset *asset)
{
    const struct object *object =
        catalogue ? catalogue_find(catalogue, span_of(asset->path)) : NULL;

    if (object && !object->absent && object->asset->variant == asset->variant &&
        same_form(object->asset, asset))
        return object;
    return catalogue ? search_file(catalogue, asset) : NULL;
}

size_t
catalogue_count_absent(const struct catalogue *catalogue)
{
    size_t count = 0;

    for (size_t i = 0; i < catalogue->count; i++)
        count += catalogue->objects[i].absent;
    return count;
}

/* --- making ready ------------------------------------------------------------------------- */

/* RFC 9110 section 8.8.2.1 */
static time_t
date_of(time_t modified)
{
    const time_t now = time(NULL);

    if (modified > now)
        return now;
    return modified <= NO_DATE_MAX ? 0 : modified;
}

static int
prepare_lines(struct field_lines *lines, const struct config_asset *asset)
{
    return field_lines_create(lines, !section_is_error(asset), asset->cache_control,
                              (const char *const *)asset->header.items, asset->header.count);
}

/* Work that is the same for all variants, once the bytes are there. */
static int
complete(struct catalogue *catalogue, struct object *object)
{
    size_t size;

    if (!object_has_right_digest(object))
        return -EBADMSG;
    object->last_modified = date_of(object->last_modified);
    if (object->content_type == NULL) /* a form has that of its object */
        object->content_type = object_content_type(object, catalogue->types);
    if ((size = object_head_max(object)) > CATALOGUE_HEAD_MAX) {
        log_error("%s %s: its header fields exceed %d bytes in total",
                  object->asset->tree ? "tree" : "asset", object->asset->path,
                  CATALOGUE_HEAD_MAX);
        return -E2BIG;
    }
    if (size > catalogue->head_max)
        catalogue->head_max = size;
    object->ready = true;
    return 0;
}

int
catalogue_attach(struct catalogue *catalogue, struct object *object,
                 const struct catalogue *previous)
{
    int error = 0;

    if (object->ops->attach && !object->missing)
        error = object->ops->attach(object, catalogue_find_file(previous, object->asset));
    return error < 0 ? error : complete(catalogue, object);
}

/* What the loader has to do with is left to it. */
static int
open_quickly(struct catalogue *catalogue, struct object *object)
{
    if (object->ops->load)
        return 0;
    if (object->ops->open(object) < 0)
        return -1;
    return complete(catalogue, object);
}

int
catalogue_attach_tree(struct catalogue *catalogue, struct tree *tree,
                      const struct catalogue *previous)
{
    const int error =
        tree_map(tree, previous ? previous->packs : NULL, previous ? previous->pack_count : 0);

    (void)catalogue;
    if (error == -EPROTO)
        log_error("tree %s: the loader sent invalid lists", tree->asset->path);
    return error;
}

/* --- trees -------------------------------------------------------------------------------- */

/* Each file may be a form of another one, too. */
static size_t
count_files(const struct catalogue *catalogue)
{
    size_t count = 0;

    for (size_t i = 0; i < catalogue->tree_count; i++) {
        const struct tree *tree = &catalogue->trees[i];
        const bool forms = tree->asset->precompressed.count > 0 || tree->asset->rule.count > 0;

        count += tree_count(tree) * (forms ? 2 : 1);
    }
    return count;
}

static int
add_tree(struct catalogue *catalogue, struct tree *tree, struct tree_packs *packs)
{
    struct object *objects = catalogue->objects + catalogue->count;
    size_t count = 0;
    int error = tree->asset->variant == VARIANT_EMBEDDED
                    ? tree_embedded_build(tree, objects, &count)
                : tree->kept ? kept_build(tree, packs, objects, &count)
                             : tree_build(tree, packs, objects, &count);

    catalogue->count += count;
    return error;
}

static int
add_trees(struct catalogue *catalogue, struct tree **sorted, struct tree_packs *packs)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < catalogue->tree_count; i++)
        error = add_tree(catalogue, sorted[i], packs);
    return error;
}

/* For the objects of trees, behind those that there are. Straight from the kernel, and back to
 * it: the allocator would keep the memory of the generation before, and so would workers. */
static int
catalogue_make_space(struct catalogue *catalogue)
{
    const size_t count = catalogue->count + count_files(catalogue) + 1;
    struct object *objects = mmap(NULL, count * sizeof(*objects), PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (objects == MAP_FAILED)
        return -ENOMEM;
    memcpy(objects, catalogue->objects, catalogue->count * sizeof(*objects));
    free(catalogue->objects);
    catalogue->objects = objects;
    catalogue->mapped = count * sizeof(*objects);
    return 0;
}

/* Appends the objects, for which there may be no space yet. */
static int
append(struct catalogue *catalogue, const struct object *objects, size_t count)
{
    const size_t size = catalogue->mapped + count * sizeof(*objects);
    void *larger = mremap(catalogue->objects, catalogue->mapped, size, MREMAP_MAYMOVE);

    if (larger == MAP_FAILED)
        return -ENOMEM;
    catalogue->objects = larger;
    catalogue->mapped = size;
    memcpy(catalogue->objects + catalogue->count, objects, count * sizeof(*objects));
    catalogue->count += count;
    return 0;
}

static int
index_objects(struct catalogue *catalogue)
{
    path_index_free(&catalogue->index);
    return path_index_create(&catalogue->index, catalogue->objects, catalogue->count);
}

/* A tree's listings come before those of trees with shorter paths, as its files do. */
static int
add_listings(struct catalogue *catalogue, struct tree **sorted)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < catalogue->tree_count; i++) {
        struct listing *listing = &catalogue->listings[catalogue->listing_count];

        if (!listing_wanted(sorted[i]->asset))
            continue;
        catalogue->listing_count++;
        error = listing_make(listing, sorted[i], catalogue->objects, catalogue->count,
                             &catalogue->index);
        if (error == 0 && listing->count > 0)
            error = append(catalogue, listing->objects, listing->count);
        if (error == 0)
            error = index_objects(catalogue);
    }
    return error;
}

static void
free_objects(struct catalogue *catalogue)
{
    if (catalogue->mapped > 0)
        munmap(catalogue->objects, catalogue->mapped);
    else
        free(catalogue->objects);
}

/* --- forms -------------------------------------------------------------------------------- */

static int
link_forms(struct catalogue *catalogue)
{
    const size_t count = catalogue->count;
    int error = encoded_link(&catalogue->encoded, catalogue->objects, catalogue->assets,
                             &catalogue->count, &catalogue->index);

    for (size_t i = count; error == 0 && i < catalogue->count; i++)
        error = complete(catalogue, &catalogue->objects[i]);
    return error;
}

/* --- the whole ---------------------------------------------------------------------------- */

static int
build_trees(struct catalogue *catalogue, struct tree **sorted, struct tree_packs *packs)
{
    const size_t assets = catalogue->count;
    int error = catalogue_make_space(catalogue);

    if (error == 0)
        error = add_trees(catalogue, sorted, packs);
    if (error == 0)
        error = index_objects(catalogue);
    if (error == 0)
        error = add_listings(catalogue, sorted);
    for (size_t i = assets; error == 0 && i < catalogue->count; i++)
        error = complete(catalogue, &catalogue->objects[i]);
    return error;
}

static int
complete_trees(struct catalogue *catalogue, const struct catalogue *previous)
{
    struct tree_packs packs = { .before = previous ? previous->packs : NULL,
                                .before_count = previous ? previous->pack_count : 0 };
    struct tree **sorted = tree_sort(catalogue->trees, catalogue->tree_count);
    int error = sorted ? build_trees(catalogue, sorted, &packs) : -ENOMEM;

    free(sorted);
    catalogue->packs = packs.items;
    catalogue->pack_count = packs.count;
    tree_packs_end(&packs);
    return error;
}

int
catalogue_complete(struct catalogue *catalogue, const struct catalogue *previous)
{
    int error = catalogue->tree_count > 0 ? complete_trees(catalogue, previous) : 0;

    if (error == 0)
        error = link_forms(catalogue);
    if (error == -ENOMEM)
        log_error("catalogue: out of memory");
    return error;
}

/* --- begin and end ------------------------------------------------------------------------ */

static bool
catalogue_allocate(struct catalogue *catalogue, const struct config *config)
{
    catalogue->objects =
        calloc(config->asset_count + encoded_count(config), sizeof(*catalogue->objects));
    catalogue->lines = calloc(config->asset_count, sizeof(*catalogue->lines));
    catalogue->trees = calloc(config->asset_count, sizeof(*catalogue->trees));
    catalogue->listings = calloc(config->asset_count + 1, sizeof(*catalogue->listings));
    catalogue->sections = config->asset_count;
    catalogue->types = mime_types_load(config->server.mime_types, config->server.charset);
    return catalogue->objects && catalogue->lines && catalogue->trees && catalogue->types &&
           catalogue->listings;
}

/* In the order of the file. */
static int
add_sections(struct catalogue *catalogue, const struct config *config)
{
    for (size_t i = 0; i < config->asset_count; i++) {
        const struct config_asset *asset = &config->assets[i];

        if (asset->tree) {
            tree_init(&catalogue->trees[catalogue->tree_count++], asset);
            continue;
        }
        if (prepare_lines(&catalogue->lines[i], asset) < 0)
            return -ENOMEM;
        catalogue->objects[catalogue->count++] =
            (struct object){ .ops = variants[asset->variant],
                             .asset = asset,
                             .lines = &catalogue->lines[i],
                             .path = asset->path,
                             .path_length = (uint32_t)strlen(asset->path),
                             .source.fd = -1,
                             .memory.fd = -1 };
    }
    if (encoded_add_sections(&catalogue->encoded, catalogue->objects, &catalogue->count,
                             catalogue->types) < 0)
        return -ENOMEM;
    catalogue->assets = catalogue->count;
    return path_index_create(&catalogue->index, catalogue->objects, catalogue->count);
}

static int
open_all_quickly(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (open_quickly(catalogue, &catalogue->objects[i]) < 0)
            return -1;
    return 0;
}

struct catalogue *
catalogue_create(const struct config *config)
{
    struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

    if (catalogue)
        catalogue->began = time(NULL);
    if (catalogue)
        catalogue->head_max = response_head_max(NULL);
    if (catalogue == NULL || !catalogue_allocate(catalogue, config) ||
        add_sections(catalogue, config) < 0)
        log_error("catalogue: out of memory");
    else if (open_all_quickly(catalogue) == 0) {
        return catalogue;
    }
    catalogue_close(catalogue);
    return NULL;
}

void
catalogue_close(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    for (size_t i = 0; i < catalogue->count; i++)
        catalogue->objects[i].ops->close(&catalogue->objects[i]);
    for (size_t i = 0; catalogue->lines && i < catalogue->sections; i++)
        field_lines_free(&catalogue->lines[i]);
    for (size_t i = 0; i < catalogue->tree_count; i++)
        tree_close(&catalogue->trees[i]);
    for (size_t i = 0; i < catalogue->pack_count; i++)
        tree_pack_close(&catalogue->packs[i]);
    for (size_t i = 0; i < catalogue->listing_count; i++)
        listing_free(&catalogue->listings[i]);
    encoded_free(&catalogue->encoded);
    path_index_free(&catalogue->index);
    mime_types_free(catalogue->types);
    free(catalogue->listings);
    free(catalogue->packs);
    free(catalogue->trees);
    free_objects(catalogue);
    free(catalogue->lines);
    free(catalogue);
}

void
catalogue_let_go(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->assets; i++)
        catalogue->objects[i].ops->close(&catalogue->objects[i]);
    for (size_t i = 0; i < catalogue->tree_count; i++)
        tree_let_go(&catalogue->trees[i]);
    for (size_t i = 0; i < catalogue->pack_count; i++)
        tree_pack_close(&catalogue->packs[i]);
}
