/* SPDX-License-Identifier: BSD-2-Clause */
/* hugepage: see hugepage.h. Without huge pages, it uses ordinary ones, which are slower. */
#include "object/hugepage.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21u << 26)
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

uint64_t
hugepage_round(uint64_t length)
{
    if (length < HUGEPAGE_SIZE)
        return length;
    return (length + HUGEPAGE_SIZE - 1) / HUGEPAGE_SIZE * HUGEPAGE_SIZE;
}

/* fallocate(2), not posix_fallocate(3), which writes to what it can't reserve. */
int
hugepage_memfd(uint64_t size)
{
    const int fd = memfd_create("tiffd-object",
                                MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_HUGE_2MB);
    int error;

    if (fd < 0)
        return -errno;
    if (fallocate(fd, 0, 0, (off_t)size) == 0)
        return fd;
    error = -errno;
    close(fd);
    return error;
}

/* Address space for the memory and for what lies before an address of the right kind. */
static char *
reserve_addresses(uint64_t size)
{
    char *start =
        mmap(NULL, size + HUGEPAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t before;

    if (start == MAP_FAILED)
        return NULL;
    before = -(uintptr_t)start % HUGEPAGE_SIZE;
    if (before > 0)
        munmap(start, before);
    if (before < HUGEPAGE_SIZE)
        munmap(start + before + size, HUGEPAGE_SIZE - before);
    return start + before;
}

void *
hugepage_map(int fd, uint64_t size, int protection)
{
    char *start;
    void *memory;
    int error;

    if (size < HUGEPAGE_SIZE || size % HUGEPAGE_SIZE != 0)
        return mmap(NULL, size, protection, MAP_SHARED, fd, 0);
    if ((start = reserve_addresses(size)) == NULL)
        return MAP_FAILED;
    memory = mmap(start, size, protection, MAP_SHARED | MAP_FIXED, fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    error = errno;
    munmap(start, size);
    errno = error;
    return MAP_FAILED;
}

/* One small page in each of the large ones to be: of a hole the kernel makes none. */
static bool
begin_pages(int fd, uint64_t size)
{
    if (ftruncate(fd, (off_t)size) < 0)
        return false;
    for (uint64_t offset = 0; offset < size; offset += HUGEPAGE_SIZE)
        if (posix_fallocate(fd, (off_t)offset, 1) != 0)
            return false;
    return true;
}

/* Before anything is written: then the kernel clears large pages, and copies no small ones. */
bool
hugepage_ask(int fd, uint64_t size)
{
    void *memory;
    bool known;

    if (!begin_pages(fd, size))
        return ftruncate(fd, 0) < 0;
    memory = hugepage_map(fd, size, PROT_READ | PROT_WRITE);
    known =
        memory != MAP_FAILED && (madvise(memory, size, MADV_COLLAPSE) == 0 || errno != EINVAL);
    if (memory != MAP_FAILED)
        munmap(memory, size);
    return known || ftruncate(fd, 0) < 0;
}
