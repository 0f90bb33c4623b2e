/* SPDX-License-Identifier: BSD-2-Clause */
/* seat: taken by one compare-and-swap that names the owner, so a process that is killed at any
 * moment leaves either none or one that says whose it was. */
#include "observer/seat.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "base/shmem.h"

int
seat_create(struct seats *seats, unsigned count)
{
    void *memory = shmem_map(count * sizeof(*seats->owners));

    if (memory == NULL)
        return -errno;
    *seats = (struct seats){ .owners = memory, .count = count };
    return 0;
}

void
seat_destroy(struct seats *seats)
{
    if (seats->owners)
        munmap(seats->owners, seats->count * sizeof(*seats->owners));
    *seats = (struct seats){ 0 };
}

static bool
exchange(uint32_t *seat, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(seat, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

bool
seat_take(const struct seats *seats, uint32_t owner)
{
    for (unsigned i = 0; i < seats->count; i++)
        if (exchange(&seats->owners[i], 0, owner))
            return true;
    return false;
}

void
seat_give(const struct seats *seats, uint32_t owner)
{
    for (unsigned i = 0; i < seats->count; i++)
        (void)exchange(&seats->owners[i], owner, 0);
}

bool
seat_has(const struct seats *seats, uint32_t owner)
{
    for (unsigned i = 0; i < seats->count; i++)
        if (__atomic_load_n(&seats->owners[i], __ATOMIC_ACQUIRE) == owner)
            return true;
    return false;
}
