/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue: all objects of a generation, sorted by path (shorter ones first, since lengths
 * compare faster than bytes) so that a look-up is a binary search without allocation.
 */
#include "object/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/byteranges.h"
#include "http/response_head.h"
#include "object/base64.h"
#include "object/media_type.h"

/* What reproducible builds set all times to (Nix, OSTree), and what came before, is no date. */
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

static int
compare_paths(struct span a, struct span b)
{
    if (a.length != b.length)
        return a.length < b.length ? -1 : 1;
    return memcmp(a.at, b.at, a.length);
}

static int
compare_objects(const void *a, const void *b)
{
    const struct object *first = a;
    const struct object *second = b;

    return compare_paths(span_of(first->asset->path), span_of(second->asset->path));
}

static int
compare_key(const void *key, const void *object)
{
    const struct span *path = key;

    return compare_paths(*path, span_of(((const struct object *)object)->asset->path));
}

const struct object *
catalogue_find(const struct catalogue *catalogue, struct span path)
{
    return bsearch(&path, catalogue->objects, catalogue->count, sizeof(struct object),
                   compare_key);
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

        if (!same_form(object->asset, asset))
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

    if (object && object->asset->variant == asset->variant && same_form(object->asset, asset))
        return object;
    return catalogue ? search_file(catalogue, asset) : NULL;
}

/* Half of a SHA-256 keeps accidents away and heads short. */
static void
write_etag(struct object *object)
{
    static const char digits[] = "0123456789abcdef";
    char *out = object->etag;

    *out++ = '"';
    for (size_t i = 0; i < OBJECT_DIGEST_SIZE / 2; i++) {
        *out++ = digits[object->digest[i] >> 4];
        *out++ = digits[object->digest[i] & 15];
    }
    *out++ = '"';
    *out = '\0';
}

static void
write_digest(struct object *object)
{
    size_t length = base64_encode(object->digest_text, object->digest, OBJECT_DIGEST_SIZE);

    object->digest_text[length] = '\0';
}

static const char *
content_type(const struct config_asset *asset)
{
    if (asset->content_type)
        return asset->content_type;
    return media_type_of(asset->encoding == ENCODING_BASE64 ? ".b64" : asset->file);
}

/* What the response heads of this object always say. */
static int
catalogue_describe(struct object *object)
{
    const struct config_asset *asset = object->asset;
    struct representation *representation = &object->representation;
    const time_t now = time(NULL);

    if (representation->last_modified > now)
        representation->last_modified = now; /* RFC 9110 section 8.8.2.1 */
    if (representation->last_modified <= NO_DATE_MAX)
        representation->last_modified = 0;
    write_etag(object);
    write_digest(object);
    representation->etag = span_of(object->etag);
    representation->digest = span_of(object->digest_text);
    representation->content_type = span_of(content_type(asset));
    object->fields =
        response_head_fields(representation, asset->cache_control,
                             asset->repr_digest == DIGEST_ALWAYS,
                             (const char *const *)asset->header.items, asset->header.count);
    return object->fields != NULL ? 0 : -1;
}

static void
close_object(struct object *object)
{
    free(object->fields);
    object->fields = NULL;
    object->ops->close(object);
}

static size_t
object_head_max(const struct representation *representation)
{
    return response_head_max(representation) + byteranges_head_max(representation);
}

/* What is the same for all variants, once the bytes are there. */
static int
complete(struct catalogue *catalogue, struct object *object)
{
    size_t size;

    if (catalogue_describe(object) < 0) {
        log_error("asset %s: out of memory", object->asset->path);
        return -ENOMEM;
    }
    if ((size = object_head_max(&object->representation)) > CATALOGUE_HEAD_MAX) {
        log_error("asset %s: its fields are larger than %d bytes in all", object->asset->path,
                  CATALOGUE_HEAD_MAX);
        return -E2BIG;
    }
    if (size > catalogue->head_max)
        catalogue->head_max = size;
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

static struct catalogue *
catalogue_allocate(const struct config *config)
{
    struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

    if (catalogue && (catalogue->objects = calloc(config->asset_count, sizeof(struct object))))
        return catalogue;
    log_error("catalogue: out of memory");
    free(catalogue);
    return NULL;
}

struct catalogue *
catalogue_create(const struct config *config)
{
    struct catalogue *catalogue = catalogue_allocate(config);

    if (catalogue == NULL)
        return NULL;
    catalogue->head_max = response_head_max(NULL);
    catalogue->count = config->asset_count;
    for (size_t i = 0; i < config->asset_count; i++)
        catalogue->objects[i] = (struct object){ .ops = variants[config->assets[i].variant],
                                                 .asset = &config->assets[i],
                                                 .source.fd = -1,
                                                 .memory_fd = -1 };
    qsort(catalogue->objects, config->asset_count, sizeof(struct object), compare_objects);
    for (size_t i = 0; i < config->asset_count; i++) {
        catalogue->objects[i].index = (unsigned)i;
        if (open_quickly(catalogue, &catalogue->objects[i]) < 0) {
            catalogue_close(catalogue);
            return NULL;
        }
    }
    return catalogue;
}

void
catalogue_close(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    for (size_t i = 0; i < catalogue->count; i++)
        close_object(&catalogue->objects[i]);
    free(catalogue->objects);
    free(catalogue);
}

void
catalogue_let_go(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        catalogue->objects[i].ops->close(&catalogue->objects[i]);
}

const struct object *
catalogue_find_heir(const struct catalogue *catalogue, const struct object *object)
{
    const struct object *heir = catalogue_find(catalogue, span_of(object->asset->path));

    return heir && heir->asset->variant == object->asset->variant ? heir : NULL;
}
