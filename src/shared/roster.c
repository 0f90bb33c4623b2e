/* SPDX-License-Identifier: BSD-2-Clause */
/* roster: the memory behind the list of processes, and what it adds up to. */
#include "shared/roster.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

struct roster *
roster_create(unsigned workers)
{
    size_t size = sizeof(struct roster) + workers * sizeof(struct roster_place);
    struct roster *roster =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (roster == MAP_FAILED)
        return NULL;
    roster->size = size;
    roster->workers = workers;
    roster->master = getpid();
    return roster;
}

void
roster_destroy(struct roster *roster)
{
    if (roster)
        munmap(roster, roster->size);
}

int
roster_protect(struct roster *roster)
{
    return mprotect(roster, roster->size, PROT_READ) < 0 ? -errno : 0;
}

void
roster_tell_reload(struct roster *roster, const char *reason)
{
    struct roster_reload *reload = &roster->reload;

    snprintf(reload->reason, sizeof(reload->reason), "%s", reason ? reason : "");
    __atomic_store_n(&reload->failed, reason != NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&reload->at, clock_wall(), __ATOMIC_RELAXED);
}

uint64_t
roster_restarts(const struct roster *roster)
{
    uint64_t restarts = 0;

    for (unsigned i = 0; i < roster->workers; i++) {
        uint32_t spawned = __atomic_load_n(&roster->places[i].spawned, __ATOMIC_RELAXED);

        restarts += spawned > 0 ? spawned - 1 : 0;
    }
    return restarts;
}
