/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intern: a hash table of numbers over an array of keys, each key an allocation of its own so
 * that it stays where it is. Doubles when it is half full.
 */
#include "base/intern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct key {
    size_t length;
    uint64_t hash;
    char bytes[] __attribute__((aligned(8)));
};

struct intern {
    struct key **keys;
    size_t count;
    size_t capacity; /* of keys; the hash table has twice as many places */
    size_t *table;   /* number + 1; 0: free */
    bool failed;
};

struct intern *
intern_create(void)
{
    return calloc(1, sizeof(struct intern));
}

void
intern_free(struct intern *intern)
{
    if (intern == NULL)
        return;
    for (size_t i = 0; i < intern->count; i++)
        free(intern->keys[i]);
    free(intern->keys);
    free(intern->table);
    free(intern);
}

/* FNV-1a. */
static uint64_t
intern_hash_of(const void *key, size_t length)
{
    const unsigned char *bytes = key;
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

/* The key's place in the table, or the free one where it belongs. */
static size_t *
place_of(const struct intern *intern, const void *key, size_t length, uint64_t hash)
{
    size_t mask = intern->capacity * 2 - 1;
    size_t i = hash & mask;

    while (intern->table[i] != 0) {
        const struct key *found = intern->keys[intern->table[i] - 1];

        if (found->hash == hash && found->length == length &&
            memcmp(found->bytes, key, length) == 0)
            break;
        i = (i + 1) & mask;
    }
    return &intern->table[i];
}

static bool
intern_grow(struct intern *intern)
{
    size_t capacity = intern->capacity > 0 ? intern->capacity * 2 : 64;
    size_t *table = calloc(capacity * 2, sizeof(*table));
    struct key **keys = reallocarray(intern->keys, capacity, sizeof(struct key *));

    if (keys)
        intern->keys = keys;
    if (table == NULL || keys == NULL) {
        free(table);
        return false;
    }
    free(intern->table);
    intern->table = table;
    intern->capacity = capacity;
    for (size_t i = 0; i < intern->count; i++) {
        const struct key *key = keys[i];

        *place_of(intern, key->bytes, key->length, key->hash) = i + 1;
    }
    return true;
}

static struct key *
make_key(const void *bytes, size_t length, uint64_t hash)
{
    struct key *key = malloc(sizeof(*key) + length + 1);

    if (key == NULL)
        return NULL;
    key->length = length;
    key->hash = hash;
    if (length > 0)
        memcpy(key->bytes, bytes, length);
    key->bytes[length] = '\0';
    return key;
}

size_t
intern_number(struct intern *intern, const void *key, size_t length)
{
    uint64_t hash = intern_hash_of(key, length);
    size_t *place;

    if (intern == NULL)
        return 0;
    if (intern->count == intern->capacity && !intern_grow(intern)) {
        intern->failed = true;
        return 0;
    }
    place = place_of(intern, key, length, hash);
    if (*place != 0)
        return *place - 1;
    if ((intern->keys[intern->count] = make_key(key, length, hash)) == NULL) {
        intern->failed = true;
        return 0;
    }
    *place = ++intern->count;
    return intern->count - 1;
}

bool
intern_failed(const struct intern *intern)
{
    return intern == NULL || intern->failed;
}

size_t
intern_count(const struct intern *intern)
{
    return intern ? intern->count : 0;
}

const void *
intern_key(const struct intern *intern, size_t number, size_t *length)
{
    if (length)
        *length = intern->keys[number]->length;
    return intern->keys[number]->bytes;
}
