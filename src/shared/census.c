/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * census: hash tables with open addressing and linear probing, at most half full. A reader may
 * meet an entry that is being moved, and then counts one too many or too few for a moment.
 * Whatever a table contains, no loop is longer than it.
 */
#include "shared/census.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/shmem.h"

#define PROBES 64 /* entries that a reader looks at */

struct census_entry {
    uint64_t key; /* 0: it is free */
    uint32_t counts[CENSUS_KINDS];
};

int
census_create(struct census *census, unsigned workers, unsigned connections, unsigned prefix)
{
    *census = (struct census){ .workers = workers, .entries = 64, .prefix = prefix };
    while (census->entries < 2 * (size_t)connections)
        census->entries *= 2;
    census->size = workers * census->entries * sizeof(struct census_entry);
    if (getrandom(census->secret, sizeof(census->secret), 0) != sizeof(census->secret))
        return -EIO;
    census->memory = shmem_map(census->size);
    return census->memory ? 0 : -errno;
}

void
census_destroy(struct census *census)
{
    if (census->memory)
        munmap(census->memory, census->size);
    census->memory = NULL;
}

static struct census_entry *
census_table(const struct census *census, unsigned worker)
{
    return (struct census_entry *)census->memory + worker * census->entries;
}

void
census_begin(const struct census *census, unsigned worker)
{
    if (census->memory)
        memset(census_table(census, worker), 0, census->entries * sizeof(struct census_entry));
}

/* The finaliser of SplitMix64. */
static uint64_t
stir(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t
census_key(const struct census *census, const struct address *address)
{
    uint64_t halves[2] = { 0 };
    uint8_t *bytes = (uint8_t *)halves;
    uint64_t key;

    if (census->memory == NULL || (address->family != AF_INET && address->family != AF_INET6))
        return 0;
    memcpy(bytes, address->bytes, address->family == AF_INET ? 4 : 16);
    for (unsigned bit = census->prefix; address->family == AF_INET6 && bit < 128; bit++)
        bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    key = stir(stir(halves[0] ^ census->secret[0]) ^ halves[1] ^ census->secret[1] ^
               address->family);
    return key ? key : 1;
}

/* The place of the key, or the free one where it would be; -1: there is none. */
static long
find_place(const struct census *census, const struct census_entry *table, uint64_t key)
{
    const size_t mask = census->entries - 1;

    for (size_t i = 0; i < census->entries; i++) {
        const size_t at = (key + i) & mask;

        if (table[at].key == key || table[at].key == 0)
            return (long)at;
    }
    return -1;
}

void
census_add(const struct census *census, unsigned worker, uint64_t key, enum census_what what)
{
    struct census_entry *table;
    long at;

    if (key == 0)
        return;
    table = census_table(census, worker);
    if ((at = find_place(census, table, key)) < 0)
        return;
    __atomic_store_n(&table[at].key, key, __ATOMIC_RELAXED);
    __atomic_store_n(&table[at].counts[what], table[at].counts[what] + 1, __ATOMIC_RELAXED);
}

/* Closes the gap: entries behind it that would not be found any more move into it. */
static void
free_place(const struct census *census, struct census_entry *table, size_t gap)
{
    const size_t mask = census->entries - 1;
    size_t at = gap;

    for (size_t i = 1; i < census->entries; i++) {
        at = (at + 1) & mask;
        if (table[at].key == 0)
            break;
        if (((at - table[at].key) & mask) < ((at - gap) & mask))
            continue;
        table[gap] = table[at];
        gap = at;
    }
    table[gap] = (struct census_entry){ 0 };
}

void
census_remove(const struct census *census, unsigned worker, uint64_t key, enum census_what what)
{
    struct census_entry *table;
    long at;

    if (key == 0)
        return;
    table = census_table(census, worker);
    if ((at = find_place(census, table, key)) < 0 || table[at].key != key ||
        table[at].counts[what] == 0)
        return;
    __atomic_store_n(&table[at].counts[what], table[at].counts[what] - 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < CENSUS_KINDS; i++)
        if (table[at].counts[i] > 0)
            return;
    free_place(census, table, (size_t)at);
}

static uint32_t
count_in(const struct census *census, const struct census_entry *table, uint64_t key,
         enum census_what what)
{
    for (size_t i = 0; i < PROBES; i++) {
        const struct census_entry *entry = &table[(key + i) & (census->entries - 1)];
        const uint64_t found = __atomic_load_n(&entry->key, __ATOMIC_RELAXED);

        if (found == key)
            return __atomic_load_n(&entry->counts[what], __ATOMIC_RELAXED);
        if (found == 0)
            break;
    }
    return 0;
}

uint64_t
census_count(const struct census *census, uint64_t key, enum census_what what)
{
    uint64_t count = 0;

    for (unsigned i = 0; key != 0 && i < census->workers; i++)
        count += count_in(census, census_table(census, i), key, what);
    return count;
}
