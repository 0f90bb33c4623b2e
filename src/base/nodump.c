/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nodump: from the allocator, so that heap profiles show it. The pages are emptied and the
 * mark is taken off before they go back there, for they may hold anything next. Not fatal:
 * pages without the mark work as well.
 */
#include "base/nodump.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
whole_pages(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (size + page - 1) / page * page;
}

void *
nodump_alloc(size_t size)
{
    void *memory = aligned_alloc((size_t)sysconf(_SC_PAGESIZE), whole_pages(size));

    if (memory)
        (void)madvise(memory, whole_pages(size), MADV_DONTDUMP);
    return memory;
}

void
nodump_free(void *memory, size_t size)
{
    if (memory) {
        (void)madvise(memory, whole_pages(size), MADV_DONTNEED);
        (void)madvise(memory, whole_pages(size), MADV_DODUMP);
    }
    free(memory);
}
