/* SPDX-License-Identifier: BSD-2-Clause */
/* balance: see balance.h; acceptor.c acts on it. */
#include "worker/balance.h"

uint64_t
balance_share(uint64_t least)
{
    return least + 1 + least / 8;
}

uint64_t
balance_load(const struct slot *slot)
{
    return slot_read(&slot->connections) + slot_read(&slot->coming);
}

static bool
takes_part(const struct slot *slot, uint64_t now)
{
    uint64_t began = slot_read(&slot->turn_began);

    if (__atomic_load_n(&slot->pid, __ATOMIC_RELAXED) == 0 ||
        __atomic_load_n(&slot->closed, __ATOMIC_RELAXED) != 0)
        return false;
    return began == 0 || now < began + BALANCE_STUCK;
}

bool
balance_reached(const struct slots *slots, unsigned worker, uint64_t now)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < slots->workers; i++) {
        const struct slot *slot = slots_worker(slots, i);
        uint64_t load = balance_load(slot);

        if (i != worker && takes_part(slot, now) && load < least)
            least = load;
    }
    if (least == UINT64_MAX)
        return false;
    return balance_load(slots_worker(slots, worker)) >= balance_share(least);
}

bool
balance_invites(const struct slots *slots, unsigned worker, uint64_t now)
{
    const struct slot *slot = slots_worker(slots, worker);

    return __atomic_load_n(&slot->pid, __ATOMIC_RELAXED) > 0 && takes_part(slot, now) &&
           !balance_reached(slots, worker, now);
}
