/* SPDX-License-Identifier: BSD-2-Clause */
/* residency: makes system calls without a wrapper in the C library by number. */
#include "base/residency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* on all architectures */
#endif

#define CHUNK_PAGES 65536u

static uint64_t
page_size(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* --- files -------------------------------------------------------------------------------- */

/* See cachestat(2); of Linux 6.5. */
struct file_range {
    uint64_t offset;
    uint64_t length;
};

struct cache_numbers {
    uint64_t cached; /* pages */
    uint64_t dirty;
    uint64_t writeback;
    uint64_t evicted;
    uint64_t recently_evicted;
};

/* To a process that may not know, mincore(2) says that all pages are there. */
static bool
may_know(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 &&
           (geteuid() == 0 || geteuid() == status.st_uid ||
            faccessat(fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0);
}

static uint64_t
count_set(const unsigned char *pages, uint64_t count)
{
    uint64_t set = 0;

    for (uint64_t i = 0; i < count; i++)
        set += pages[i] & 1;
    return set;
}

/* The pages are mapped and not touched, so a file that shrinks meanwhile does no harm. */
static bool
ask_mincore(int fd, uint64_t first, uint64_t count, uint64_t *cached)
{
    static unsigned char pages[CHUNK_PAGES];
    const uint64_t size = page_size();

    for (*cached = 0; count > 0;) {
        const uint64_t some = count < CHUNK_PAGES ? count : CHUNK_PAGES;
        void *memory =
            mmap(NULL, some * size, PROT_READ, MAP_SHARED, fd, (off_t)(first * size));
        bool told;

        if (memory == MAP_FAILED)
            return false;
        told = mincore(memory, some * size, pages) == 0;
        munmap(memory, some * size);
        if (!told)
            return false;
        *cached += count_set(pages, some);
        first += some;
        count -= some;
    }
    return true;
}

static uint64_t
at_most(uint64_t pages, uint64_t length)
{
    return pages * page_size() < length ? pages * page_size() : length;
}

bool
residency_by_mincore(int fd, uint64_t offset, uint64_t length, uint64_t *bytes)
{
    const uint64_t size = page_size();
    const uint64_t first = offset / size;
    uint64_t cached;

    if (!may_know(fd) ||
        !ask_mincore(fd, first, (offset + length + size - 1) / size - first, &cached))
        return false;
    *bytes = at_most(cached, length);
    return true;
}

bool
residency_of_file(int fd, uint64_t offset, uint64_t length, uint64_t *bytes)
{
    const struct file_range range = { .offset = offset, .length = length };
    struct cache_numbers numbers = { 0 };

    *bytes = 0;
    if (length == 0)
        return true;
    if (syscall(SYS_cachestat, fd, &range, &numbers, 0) < 0)
        return errno == ENOSYS && residency_by_mincore(fd, offset, length, bytes);
    *bytes = at_most(numbers.cached, length);
    return true;
}
