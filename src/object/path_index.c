/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path_index: linear probing in a table that is at most half full. Each slot holds the hash
 * besides the number of the object, so a lookup compares the bytes of only one path. The paths
 * come from the administrator, so clients can't cause collisions.
 */
#include "object/path_index.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "object/object.h"

#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15) /* odd, of irregular bits: Knuth's */

struct path_index_slot {
    uint32_t hash;
    uint32_t number; /* one more than the object's; 0: the slot is empty */
};

static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * MULTIPLIER;
    return hash ^ hash >> 32;
}

static uint32_t
hash_of(struct span path)
{
    uint64_t hash = path.length;
    uint64_t word = 0;

    for (; path.length >= sizeof(word); path.at += sizeof(word), path.length -= sizeof(word)) {
        memcpy(&word, path.at, sizeof(word));
        hash = mix(hash, word);
    }
    word = 0;
    if (path.length > 0)
        memcpy(&word, path.at, path.length);
    return (uint32_t)mix(mix(hash, word), 0);
}

static size_t
size_of(size_t mask)
{
    return (mask + 1) * sizeof(struct path_index_slot);
}

/* The slot that has the path, or where it would be. */
static struct path_index_slot *
search(const struct path_index *index, const struct object *objects, struct span path,
       uint32_t hash)
{
    for (size_t at = hash;; at++) {
        struct path_index_slot *slot = &index->slots[at & index->mask];

        if (slot->number == 0 ||
            (slot->hash == hash && span_equal(object_path(&objects[slot->number - 1]), path)))
            return slot;
    }
}

int
path_index_create(struct path_index *index, const struct object *objects, size_t count)
{
    void *memory;

    index->mask = 1;
    while (index->mask < 2 * count)
        index->mask = 2 * index->mask + 1;
    memory = mmap(NULL, size_of(index->mask), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    index->slots = memory;
    for (size_t i = 0; i < count; i++) {
        const struct span path = object_path(&objects[i]);
        const uint32_t hash = hash_of(path);
        struct path_index_slot *slot = search(index, objects, path, hash);

        if (slot->number == 0 && objects[i].coding == CODING_IDENTITY)
            *slot = (struct path_index_slot){ hash, (uint32_t)i + 1 };
    }
    return 0;
}

void
path_index_free(struct path_index *index)
{
    if (index->slots)
        munmap(index->slots, size_of(index->mask));
    index->slots = NULL;
}

uint32_t
path_index_find(const struct path_index *index, const struct object *objects, struct span path)
{
    return search(index, objects, path, hash_of(path))->number - 1;
}
