/* SPDX-License-Identifier: BSD-2-Clause */
/* catalogue: see catalogue.h. */
#include "object/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/byteranges.h"
#include "http/response_head.h"
#include "object/media_type.h"

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

const struct config_asset *
catalogue_find_section(const struct catalogue *catalogue, const struct config_asset *asset)
{
    const struct object *object = catalogue_find(catalogue, span_of(asset->path));

    return object && object->asset->variant == asset->variant ? object->asset : NULL;
}

static bool
same_form(const struct config_asset *a, const struct config_asset *b)
{
    return a->variant != VARIANT_EMBEDDED && a->encoding == b->encoding &&
           strcmp(a->file, b->file) == 0;
}

static const struct object *
search_file(const struct catalogue *catalogue, const struct config_asset *asset)
{
    const struct object *found = NULL;

    for (size_t i = 0; i < catalogue->count; i++) {
        const struct object *object = &catalogue->objects[i];

        if (object->absent || !same_form(object->asset, asset))
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

static const char *
content_type(const struct config_asset *asset)
{
    if (asset->content_type)
        return asset->content_type;
    return media_type_of(asset->encoding == ENCODING_BASE64 ? ".b64" : asset->file);
}

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
    return field_lines_create(lines, asset->cache_control,
                              (const char *const *)asset->header.items, asset->header.count);
}

static size_t
object_head_max(const struct object *object)
{
    struct object_description description;

    object_describe(object, &description);
    return response_head_max(&description.representation) +
           byteranges_head_max(&description.representation);
}

/* Work that is the same for all variants, once the bytes are there. */
static int
complete(struct catalogue *catalogue, struct object *object)
{
    size_t size;

    object->last_modified = date_of(object->last_modified);
    object->content_type = content_type(object->asset);
    if ((size = object_head_max(object)) > CATALOGUE_HEAD_MAX) {
        log_error("asset %s: its fields are larger than %d bytes in all", object->path,
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

    if (object->ops->attach)
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

static bool
catalogue_allocate(struct catalogue *catalogue, const struct config *config)
{
    catalogue->objects = calloc(config->asset_count, sizeof(*catalogue->objects));
    catalogue->lines = calloc(config->asset_count, sizeof(*catalogue->lines));
    catalogue->sections = config->asset_count;
    return catalogue->objects && catalogue->lines;
}

/* In the order of the file. */
static int
add_assets(struct catalogue *catalogue, const struct config *config)
{
    for (size_t i = 0; i < config->asset_count; i++) {
        const struct config_asset *asset = &config->assets[i];

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
        catalogue->head_max = response_head_max(NULL);
    if (catalogue == NULL || !catalogue_allocate(catalogue, config) ||
        add_assets(catalogue, config) < 0)
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
    path_index_free(&catalogue->index);
    free(catalogue->objects);
    free(catalogue->lines);
    free(catalogue);
}

void
catalogue_let_go(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        catalogue->objects[i].ops->close(&catalogue->objects[i]);
}
