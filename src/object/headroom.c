/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headroom: the limits are read again for each large object, and for small ones whenever they
 * have taken as much as a large one; in between, what was taken counts as used.
 */
#include "object/headroom.h"

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
} headroom = { .turn = PTHREAD_MUTEX_INITIALIZER };

/* --- arithmetic --------------------------------------------------------------------------- */

uint64_t
headroom_left(const struct cgroup_memory *memory)
{
    const uint64_t held = memory->usage > memory->cache ? memory->usage - memory->cache : 0;

    if (memory->limit == CGROUP_NONE)
        return CGROUP_NONE;
    return memory->limit > held ? memory->limit - held : 0;
}

uint64_t
headroom_besides(uint64_t size, unsigned workers)
{
    return (size / TABLE_SHARE + PER_WORKER) * workers;
}

/* --- accounts ----------------------------------------------------------------------------- */

void
headroom_open(unsigned workers)
{
    cgroup_find(&headroom.cgroups, "");
    headroom.meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    headroom.workers = workers;
    headroom.taken = LARGE; /* nothing has been read */
    headroom.open = true;
}

void
headroom_close(void)
{
    if (!headroom.open)
        return;
    cgroup_close(&headroom.cgroups);
    if (headroom.meminfo >= 0)
        close(headroom.meminfo);
    headroom.open = false;
}

static void
tighten(uint64_t left, const char *where)
{
    if (left >= headroom.left)
        return;
    headroom.left = left;
    headroom.where = where;
}

static uint64_t
available(void)
{
    char text[4096];
    const ssize_t length =
        headroom.meminfo < 0 ? -1 : pread(headroom.meminfo, text, sizeof(text), 0);
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

    headroom.left = CGROUP_NONE;
    headroom.taken = 0;
    for (unsigned i = 0; i < headroom.cgroups.count; i++)
        if (cgroup_read(&headroom.cgroups.items[i], &memory))
            tighten(headroom_left(&memory), headroom.cgroups.items[i].path);
    tighten(available(), NULL);
}

/* --- taking ------------------------------------------------------------------------------- */

static int
refuse(const char *file, uint64_t needed)
{
    const uint64_t left = headroom.left > headroom.taken ? headroom.left - headroom.taken : 0;

    log_error(
        "%s: needs %llu bytes of memory, including that of workers, but %s%s has %llu left",
        file, (unsigned long long)needed, headroom.where ? "the cgroup " : "the system",
        headroom.where ? headroom.where : "", (unsigned long long)left);
    return -ENOMEM;
}

static uint64_t
needed_for(uint64_t size)
{
    return size + headroom_besides(size, headroom.workers);
}

/* In its turn. */
static bool
headroom_fits(uint64_t size)
{
    if (size >= LARGE || headroom.taken >= LARGE)
        read_accounts();
    return headroom.left >= needed_for(size) + headroom.taken;
}

bool
headroom_has(uint64_t size)
{
    bool has;

    if (!headroom.open)
        return true;
    pthread_mutex_lock(&headroom.turn);
    has = headroom_fits(size);
    pthread_mutex_unlock(&headroom.turn);
    return has;
}

int
headroom_check(const char *file, uint64_t size, uint64_t freed)
{
    if (!headroom.open)
        return 0;
    read_accounts();
    if (headroom.left == CGROUP_NONE || needed_for(size) <= freed + headroom.left)
        return 0;
    headroom.left += freed;
    return refuse(file, needed_for(size));
}

int
headroom_take(const char *file, uint64_t size)
{
    int result = 0;

    if (!headroom.open)
        return 0;
    pthread_mutex_lock(&headroom.turn);
    if (!headroom_fits(size))
        result = file ? refuse(file, needed_for(size)) : -EAGAIN;
    headroom.taking = size;
    if (result < 0)
        pthread_mutex_unlock(&headroom.turn);
    return result;
}

void
headroom_taken(void)
{
    if (!headroom.open)
        return;
    headroom.taken += headroom.taking;
    pthread_mutex_unlock(&headroom.turn);
}
