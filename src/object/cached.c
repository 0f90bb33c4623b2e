/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cached: the representation in one sealed memfd that every worker maps.
 *
 * The loader reserves the memory first (fallocate), so that a machine without space refuses at
 * load and not with SIGBUS under a client; fills it; and seals it against every change. The
 * master maps it read-only before it forks. An object that has not changed since the generation
 * before shares its memory with it. Uses source, unchanged, memory_fd, memory_size,
 * memory_reserved and bytes of struct object.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "object/hugepage.h"
#include "object/object.h"
#include "object/room.h"

static int
cached_failed(const struct object *object, const char *what, int error)
{
    log_error("%s: %s %llu bytes of memory: %s", object->asset->file, what,
              (unsigned long long)object->representation.length, strerror(error));
    return -error;
}

/* Memory of ordinary pages, or of larger ones that the kernel makes on request. */
static int
allocate(struct object *object)
{
    const uint64_t rounded = hugepage_round(object->representation.length);
    int error;

    if (rounded >= HUGEPAGE_SIZE && hugepage_ask(object->memory_fd, rounded))
        object->memory_size = rounded;
    error = posix_fallocate(object->memory_fd, 0, (off_t)object->memory_size);
    return error != 0 ? cached_failed(object, "reserving", error) : 0;
}

/* What is beyond the limit of a cgroup would kill, so that is looked at first. */
static int
reserve_shared(struct object *object)
{
    int error;

    object->memory_fd = memfd_create("tiffd-object", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (object->memory_fd < 0)
        return cached_failed(object, "creating", errno);
    error = room_take(object->asset->file, hugepage_round(object->representation.length));
    if (error < 0)
        return error;
    error = allocate(object);
    room_taken();
    return error;
}

static int
cached_reserve(struct object *object)
{
    const uint64_t length = object->representation.length;
    const uint64_t rounded = hugepage_round(length);

    object->memory_size = length;
    object->memory_reserved = false;
    if (rounded < HUGEPAGE_SIZE || (object->memory_fd = hugepage_memfd(rounded)) < 0)
        return reserve_shared(object);
    object->memory_size = rounded;
    object->memory_reserved = true;
    return 0;
}

/* The digest is made from what was written, so the mapping is readable, too: mmap(2) does not
 * promise it of one that is writable only. F_SEAL_WRITE wants no writable mapping to exist, so
 * this one lasts only while it is filled. */
static int
cached_fill(struct object *object, struct load_progress *progress)
{
    size_t length = object->memory_size;
    char *target = hugepage_map(object->memory_fd, length, PROT_READ | PROT_WRITE);
    int result;

    if (target == MAP_FAILED)
        return cached_failed(object, "filling", errno);
    result = source_load(&object->source, object->asset, target, object->digest, progress);
    munmap(target, length);
    if (result == 0 && fcntl(object->memory_fd, F_ADD_SEALS, CACHED_SEALS) < 0)
        return cached_failed(object, "sealing", errno);
    return result;
}

static void
cached_give_back(struct object *object)
{
    if (object->memory_fd >= 0)
        close(object->memory_fd);
    object->memory_fd = -1;
}

static void
cached_close(struct object *object)
{
    if (object->bytes)
        munmap((void *)(uintptr_t)object->bytes, object->memory_size);
    object->bytes = NULL;
    cached_give_back(object);
    source_close(&object->source);
}

/* --- in the loader ------------------------------------------------------------------------ */

static int
cached_open(struct object *object)
{
    return source_open(&object->source, object->asset, &object->representation);
}

static bool
same_digest(const struct object *a, const struct object *b)
{
    return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

static int
leave_unchanged(struct object *object, const struct object *previous)
{
    cached_give_back(object);
    memcpy(object->digest, previous->digest, sizeof(object->digest));
    object->unchanged = true;
    return 0;
}

/* Reads the file; when its bytes are those of previous (NULL: none), their memory is enough. */
static int
load(struct object *object, const struct object *previous, struct load_progress *progress)
{
    int result = cached_reserve(object);

    if (result == 0)
        result = cached_fill(object, progress);
    if (result == 0 && previous && same_digest(object, previous))
        return leave_unchanged(object, previous);
    return result;
}

/* Where only the time of status change has moved the bytes are most likely the same. Where
 * there is no room for both they had better be. */
static bool
is_compared_first(const struct object *object, const struct object *previous)
{
    if (source_alike(&previous->source, &object->source))
        return true;
    return previous->source.size == object->source.size &&
           !room_has(hugepage_round(object->representation.length));
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

/* The file is needed no more: what tells at the next reload whether it has changed is kept. */
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

static int
share(struct object *object, const struct object *previous)
{
    object->memory_size = previous->memory_size;
    object->memory_reserved = previous->memory_reserved;
    object->memory_fd = fcntl(previous->memory_fd, F_DUPFD_CLOEXEC, 0);
    return object->memory_fd < 0 ? cached_failed(object, "sharing", errno) : 0;
}

/* Core files leave the object out: whoever debugs a worker has the file. */
static int
map_readonly(struct object *object)
{
    size_t length = object->memory_size;
    void *memory = hugepage_map(object->memory_fd, length, PROT_READ);

    if (memory == MAP_FAILED)
        return cached_failed(object, "mapping", errno);
    madvise(memory, length, MADV_DONTDUMP);
    object->bytes = memory;
    return 0;
}

static int
cached_attach(struct object *object, const struct object *previous)
{
    int result = object->unchanged ? share(object, previous) : 0;

    if (result == 0)
        result = map_readonly(object);
    if (result < 0)
        cached_close(object);
    return result;
}

static const char *
cached_map(const struct object *object)
{
    return object->bytes;
}

static int
cached_file(const struct object *object, uint64_t *offset)
{
    *offset = 0;
    return object->memory_reserved ? -1 : object->memory_fd;
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
