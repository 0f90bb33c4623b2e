/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cached: the representation in one sealed memfd (sealed.h) that every worker maps.
 *
 * The loader reserves, fills and seals it. The master maps it before it forks. An object that
 * has not changed since the generation before shares its memory with it. Uses source,
 * unchanged, memory and bytes of struct object.
 */
#include "object/cached.h"

#include <errno.h>
#include <string.h>

#include "object/headroom.h"
#include "object/hugepage.h"
#include "object/object.h"

static int
cached_fill(struct object *object, struct load_progress *progress)
{
    const char *file = object->asset->file;
    char *target = sealed_fill(&object->memory, file);
    int result;
    int sealed;

    if (target == NULL)
        return -ENOMEM;
    result = source_load(&object->source, object->asset, target, object->digest, progress);
    sealed = sealed_finish(&object->memory, file, target);
    return result < 0 ? result : sealed;
}

void
cached_close(struct object *object)
{
    sealed_unmap(&object->memory, object->bytes);
    object->bytes = NULL;
    sealed_close(&object->memory);
    source_close(&object->source);
}

/* --- in the loader ------------------------------------------------------------------------ */

static int
cached_open(struct object *object)
{
    return object_open_file(object);
}

static bool
same_digest(const struct object *a, const struct object *b)
{
    return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

static int
leave_unchanged(struct object *object, const struct object *previous)
{
    sealed_close(&object->memory);
    memcpy(object->digest, previous->digest, sizeof(object->digest));
    object->unchanged = true;
    return 0;
}

/* There is no room for it now. The loader tells whether there will be. */
static int
leave_absent(struct object *object, struct load_progress *progress)
{
    object->memory.size = 0;
    object->absent = true;
    load_progress_skip(progress, object->source.size);
    return 0;
}

/* Reads the file; when its bytes are those of previous (NULL: none), their memory is enough. */
static int
load(struct object *object, const struct object *previous, struct load_progress *progress)
{
    int result =
        sealed_reserve(&object->memory, object->asset->file, object->length, object->may_wait);

    if (result == -EAGAIN)
        return leave_absent(object, progress);
    if (result == 0)
        result = cached_fill(object, progress);
    if (result == 0 && previous && same_digest(object, previous))
        return leave_unchanged(object, previous);
    return result;
}

/* If only the time of status change differs, the bytes are probably the same; if there is no
 * room for both, it is worth finding out. */
static bool
is_compared_first(const struct object *object, const struct object *previous)
{
    if (source_alike(&previous->source, &object->source))
        return true;
    return previous->source.size == object->source.size &&
           !headroom_has(hugepage_round(object->length));
}

/* Bytes that may be the same are read for the digest alone before any memory is taken. */
static int
acquire(struct object *object, const struct object *previous, struct load_progress *progress)
{
    int result;

    if (previous && previous->ops != &object_cached)
        previous = NULL;
    if (previous && source_same(&previous->source, &object->source)) {
        load_progress_skip(progress, object->source.size);
        return leave_unchanged(object, previous);
    }
    if (previous == NULL || !is_compared_first(object, previous))
        return load(object, previous, progress);
    result = source_load(&object->source, object->asset, NULL, object->digest, progress);
    if (result < 0 || same_digest(object, previous))
        return result < 0 ? result : leave_unchanged(object, previous);
    load_progress_expect(progress, object->source.size);
    return load(object, NULL, progress);
}

/* Closes the file, and keeps what tells at the next reload whether it has changed. */
static int
cached_load(struct object *object, const struct object *previous,
            struct load_progress *progress)
{
    const int result = acquire(object, previous, progress);

    source_close(&object->source);
    if (result < 0)
        cached_close(object);
    return result;
}

/* --- in the master and its workers -------------------------------------------------------- */

int
cached_attach(struct object *object, const struct object *previous)
{
    const char *file = object->asset->file;
    int result = 0;

    if (object->absent)
        return 0;
    if (object->unchanged)
        result = sealed_share(&object->memory, &previous->memory, file);
    if (result == 0 && (object->bytes = sealed_map(&object->memory, file)) == NULL)
        result = -ENOMEM;
    if (result < 0)
        cached_close(object);
    return result;
}

const char *
cached_map(const struct object *object)
{
    return object->bytes;
}

int
cached_file(const struct object *object, uint64_t *offset)
{
    *offset = object->memory_offset;
    return object->memory.reserved ? -1 : object->memory.fd;
}

const struct object_ops object_cached = {
    .check = source_check,
    .open = cached_open,
    .load = cached_load,
    .attach = cached_attach,
    .close = cached_close,
    .map = cached_map,
    .file = cached_file,
};

/* What such an object has is the pack's. */
static void
packed_close(struct object *object)
{
    object->bytes = NULL;
}

const struct object_ops object_packed = {
    .close = packed_close,
    .map = cached_map,
    .file = cached_file,
};
