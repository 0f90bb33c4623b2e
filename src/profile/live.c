/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live: a hash table of small sets, so that removing an entry leaves no tombstone that lookups
 * must step over. Known weakness: a set can be full while others are not. With 2000 live
 * samples this happens to one in some thousands, which is then counted as lost.
 */
#include "profile/live.h"

#include <string.h>

static unsigned
set_of(uintptr_t address)
{
    return (unsigned)((address >> 4) * 0x9e3779b97f4a7c15u >> 40) % LIVE_SETS;
}

static int
live_find(const struct live *live, unsigned set, uintptr_t key)
{
    for (int way = 0; way < LIVE_WAYS; way++)
        if (__atomic_load_n(&live->keys[set][way], __ATOMIC_RELAXED) == key)
            return way;
    return -1;
}

void
live_clear(struct live *live)
{
    memset(live->keys, 0, sizeof(live->keys));
}

bool
live_has(const struct live *live, uintptr_t address)
{
    return live_find(live, set_of(address), address) >= 0;
}

bool
live_add(struct live *live, uintptr_t address, const struct live_entry *entry)
{
    unsigned set = set_of(address);
    int way = live_find(live, set, 0);

    if (way < 0)
        return false;
    live->entries[set][way] = *entry;
    __atomic_store_n(&live->keys[set][way], address, __ATOMIC_RELEASE);
    return true;
}

bool
live_take(struct live *live, uintptr_t address, struct live_entry *entry)
{
    unsigned set = set_of(address);
    int way = live_find(live, set, address);

    if (way < 0)
        return false;
    *entry = live->entries[set][way];
    __atomic_store_n(&live->keys[set][way], 0, __ATOMIC_RELEASE);
    return true;
}
