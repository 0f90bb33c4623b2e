/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room: accounts are read anew for each large object, and for small ones whenever as much as
 * one has been taken: between that, what was taken counts as used.
 */
#include "object/room.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/proc.h"

#define LARGE       (UINT64_C(4) << 20)
#define PER_WORKER  (UINT64_C(1) << 20) /* its own memory, with that for its first clients */
#define TABLE_SHARE 512                 /* a page of 4 KiB has an entry of 8 bytes */

static struct {
    bool open;
    unsigned workers;
    struct cgroups cgroups;
    int meminfo;

    pthread_mutex_t turn;
    uint64_t left; /* at the last reading; CGROUP_NONE: any */
    const char *where;
    uint64_t taken; /* since then */
    uint64_t taking;
} room = { .turn = PTHREAD_MUTEX_INITIALIZER };

/* --- arithmetic --------------------------------------------------------------------------- */

uint64_t
room_left(const struct cgroup_memory *memory)
{
    const uint64_t held = memory->usage > memory->cache ? memory->usage - memory->cache : 0;

    if (memory->limit == CGROUP_NONE)
        return CGROUP_NONE;
    return memory->limit > held ? memory->limit - held : 0;
}

uint64_t
room_besides(uint64_t size, unsigned workers)
{
    return (size / TABLE_SHARE + PER_WORKER) * workers;
}

/* --- accounts ----------------------------------------------------------------------------- */

void
room_open(unsigned workers)
{
    cgroup_find(&room.cgroups, "");
    room.meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    room.workers = workers;
    room.taken = LARGE; /* nothing has been read */
    room.open = true;
}

void
room_close(void)
{
    if (!room.open)
        return;
    cgroup_close(&room.cgroups);
    if (room.meminfo >= 0)
        close(room.meminfo);
    room.open = false;
}

static void
tighten(uint64_t left, const char *where)
{
    if (left >= room.left)
        return;
    room.left = left;
    room.where = where;
}

static uint64_t
available(void)
{
    char text[4096];
    const ssize_t length = room.meminfo < 0 ? -1 : pread(room.meminfo, text, sizeof(text), 0);
    FILE *in = length > 0 ? fmemopen(text, (size_t)length, "r") : NULL;
    uint64_t kilobytes;
    bool found;

    if (in == NULL)
        return CGROUP_NONE;
    found = proc_parse_number(in, "MemAvailable:", &kilobytes);
    fclose(in);
    return found ? kilobytes * 1024 : CGROUP_NONE;
}

static void
read_accounts(void)
{
    struct cgroup_memory memory;

    room.left = CGROUP_NONE;
    room.taken = 0;
    for (unsigned i = 0; i < room.cgroups.count; i++)
        if (cgroup_read(&room.cgroups.items[i], &memory))
            tighten(room_left(&memory), room.cgroups.items[i].path);
    tighten(available(), NULL);
}

/* --- taking ------------------------------------------------------------------------------- */

static int
refuse(const char *file, uint64_t needed)
{
    const uint64_t left = room.left > room.taken ? room.left - room.taken : 0;

    log_error("%s: needs %llu bytes of memory with what workers need, but %s%s has %llu left",
              file, (unsigned long long)needed, room.where ? "the cgroup " : "the system",
              room.where ? room.where : "", (unsigned long long)left);
    return -ENOMEM;
}

static uint64_t
needed_for(uint64_t size)
{
    return size + room_besides(size, room.workers);
}

/* In its turn. */
static bool
room_fits(uint64_t size)
{
    if (size >= LARGE || room.taken >= LARGE)
        read_accounts();
    return room.left >= needed_for(size) + room.taken;
}

bool
room_has(uint64_t size)
{
    bool has;

    if (!room.open)
        return true;
    pthread_mutex_lock(&room.turn);
    has = room_fits(size);
    pthread_mutex_unlock(&room.turn);
    return has;
}

int
room_check(const char *file, uint64_t size, uint64_t freed)
{
    if (!room.open)
        return 0;
    read_accounts();
    if (room.left == CGROUP_NONE || needed_for(size) <= freed + room.left)
        return 0;
    room.left += freed;
    return refuse(file, needed_for(size));
}

int
room_take(const char *file, uint64_t size)
{
    int result = 0;

    if (!room.open)
        return 0;
    pthread_mutex_lock(&room.turn);
    if (!room_fits(size))
        result = file ? refuse(file, needed_for(size)) : -EAGAIN;
    room.taking = size;
    if (result < 0)
        pthread_mutex_unlock(&room.turn);
    return result;
}

void
room_taken(void)
{
    if (!room.open)
        return;
    room.taken += room.taking;
    pthread_mutex_unlock(&room.turn);
}
