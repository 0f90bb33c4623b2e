/* SPDX-License-Identifier: BSD-2-Clause */
/* roster: allocates the list of processes and computes sums over it. */
#include "shared/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/shmem.h"

/* All rosters that this process maps. */
struct mapped {
    LIST_ENTRY(mapped) entry;
    struct roster *roster;
};

static LIST_HEAD(, mapped) all = LIST_HEAD_INITIALIZER(all);

/* For short-lived children, which end if a roster can't be protected. */
static void
protect_all(void)
{
    struct mapped *mapped;

    LIST_FOREACH(mapped, &all, entry)
    if (roster_protect(mapped->roster) < 0)
        _exit(EXIT_FAILURE);
}

static bool
enlist(struct roster *roster)
{
    struct mapped *mapped = malloc(sizeof(*mapped));

    if (mapped == NULL)
        return false;
    mapped->roster = roster;
    LIST_INSERT_HEAD(&all, mapped, entry);
    child_before_isolation(protect_all);
    return true;
}

static void
delist(const struct roster *roster)
{
    struct mapped *mapped;

    LIST_FOREACH(mapped, &all, entry)
    if (mapped->roster == roster)
        break;
    if (mapped == NULL)
        return;
    LIST_REMOVE(mapped, entry);
    free(mapped);
}

/* Maps the memory writable, then seals it so that later mappings are read-only. NULL with
 * errno. */
static struct roster *
map_and_seal(int fd, size_t size)
{
    void *memory;

    if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
        return NULL;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (fcntl(fd, F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == 0)
        return memory;
    munmap(memory, size);
    return NULL;
}

struct roster *
roster_create(unsigned workers)
{
    const size_t size = sizeof(struct roster) + workers * sizeof(struct roster_entry);
    int fd = memfd_create("roster", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct roster *roster = map_and_seal(fd, size);

    if (roster == NULL) {
        if (fd >= 0)
            close(fd);
        fd = -1;
        roster = shmem_map(size); /* memfds fail beyond RLIMIT_FSIZE, for instance */
    }
    if (roster == NULL)
        return NULL;
    roster->size = size;
    roster->fd = fd;
    roster->workers = workers;
    roster->master = getpid();
    if (enlist(roster))
        return roster;
    roster_destroy(roster);
    return NULL;
}

void
roster_destroy(struct roster *roster)
{
    if (roster == NULL)
        return;
    delist(roster);
    if (roster->fd >= 0)
        close(roster->fd);
    munmap(roster, roster->size);
}

int
roster_protect(struct roster *roster)
{
    void *memory;

    if (roster->fd < 0)
        return mprotect(roster, roster->size, PROT_READ) < 0 ? -errno : 0;
    memory = mmap(roster, roster->size, PROT_READ, MAP_SHARED | MAP_FIXED, roster->fd, 0);
    return memory == MAP_FAILED ? -errno : 0;
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
roster_entry_restarts(const struct roster *roster, unsigned worker)
{
    const uint32_t spawned =
        __atomic_load_n(&roster->entries[worker].spawned, __ATOMIC_RELAXED);

    return spawned > 0 ? spawned - 1 : 0;
}

uint64_t
roster_restarts(const struct roster *roster)
{
    uint64_t restarts = 0;

    for (unsigned i = 0; i < roster->workers; i++)
        restarts += roster_entry_restarts(roster, i);
    return restarts;
}
