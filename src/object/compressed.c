/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed: a form in another coding that is made when the object is loaded. It is held like
 * a cached object, whatever the variant of its object. The memory is as large as the object at
 * first, and is cut when the result is there; a result that is not smaller is not kept. Uses
 * source, unchanged, memory, bytes and missing of struct object.
 */
#include <errno.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "object/cached.h"
#include "object/compress.h"
#include "object/object.h"

static const struct coding_item *
item_of(const struct object *object)
{
    return coding_listed(&object->asset->compress, object->coding);
}

/* The section's file has the suffix of the coding, since there could be one. */
static char *
name_without_suffix(const struct object *object)
{
    const char *file = object->asset->file;

    return strndup(file, strlen(file) - strlen(coding_info(object->coding)->suffix));
}

static int
compressed_open(struct object *object)
{
    struct config_asset asset = *object->asset;
    int error;

    if ((asset.file = name_without_suffix(object)) == NULL)
        return -ENOMEM;
    if (asset.variant == VARIANT_EMBEDDED)
        error = embedded_source(object, &asset);
    else
        error = source_open(&object->source, &asset);
    object->last_modified = object->source.modified.tv_sec;
    free(asset.file);
    return error;
}

static bool
is_made_already(const struct object *object, const struct object *previous)
{
    return previous && previous->made && previous->coding == object->coding &&
           item_of(previous) && item_of(previous)->level == item_of(object)->level &&
           source_same(&previous->source, &object->source);
}

static void
take_over(struct object *object, const struct object *previous)
{
    object->missing = previous->missing;
    object->unchanged = !previous->missing;
    object->length = previous->length;
    memcpy(object->digest, previous->digest, sizeof(object->digest));
}

static int
take_piece(void *argument, const void *bytes, size_t count, bool last)
{
    return compress_add(argument, bytes, count, last);
}

/* bytes: of an embedded file. */
static int
compress_all(struct object *object, const char *bytes, char *target,
             struct load_progress *progress)
{
    struct compress compress;
    int error = compress_begin(&compress, item_of(object), object->source.size, target,
                               object->source.size - 1);

    if (error == 0 && bytes) {
        error = compress_add(&compress, bytes, object->source.size, true);
        load_progress_add(progress, object->source.size);
    } else if (error == 0)
        error = source_pieces(&object->source, take_piece, &compress, progress);
    object->length = compress.length;
    compress_end(&compress);
    return error;
}

static void
take_digest(struct object *object, const char *target)
{
    struct sha256_ctx sha;

    sha256_init(&sha);
    sha256_update(&sha, (size_t)object->length, (const uint8_t *)target);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, object->digest);
}

/* It would not be smaller. */
static int
leave_out(struct object *object, char *target)
{
    if (target)
        munmap(target, object->memory.size);
    sealed_close(&object->memory);
    object->memory.size = 0;
    object->missing = true;
    return 0;
}

static int
make(struct object *object, const char *bytes, struct load_progress *progress)
{
    const char *name = object->asset->file;
    char *target;
    int error;

    if (object->source.size < 2)
        return leave_out(object, NULL);
    if ((error = sealed_reserve(&object->memory, name, object->source.size, false)) < 0)
        return error;
    if ((target = sealed_fill(&object->memory, name)) == NULL)
        return -ENOMEM;
    error = compress_all(object, bytes, target, progress);
    if (error == -ENOSPC)
        return leave_out(object, target);
    if (error < 0) {
        log_error("%s: can't be made: %s", name,
                  error == -ESTALE ? "its file changed while it was read" : strerror(-error));
        munmap(target, object->memory.size);
        return error;
    }
    take_digest(object, target);
    return sealed_finish_at(&object->memory, name, target, object->length);
}

static int
compressed_load(struct object *object, const struct object *previous,
                struct load_progress *progress)
{
    const char *bytes = object->bytes;
    int error = 0;

    object->bytes = NULL;
    if (is_made_already(object, previous)) {
        load_progress_skip(progress, object->source.size);
        take_over(object, previous);
    } else
        error = make(object, bytes, progress);
    source_close(&object->source);
    if (error < 0)
        cached_close(object);
    return error;
}

static void
no_check(const struct config_asset *asset, struct report *report)
{
    (void)asset;
    (void)report;
}

const struct object_ops object_compressed = {
    .check = no_check,
    .open = compressed_open,
    .load = compressed_load,
    .attach = cached_attach,
    .close = cached_close,
    .map = cached_map,
    .file = cached_file,
};
