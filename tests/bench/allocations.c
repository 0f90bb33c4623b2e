/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * allocations: puts itself in front of the C library's allocator and counts. The program's own
 * definitions win over those of every shared library, an allocator linked beside it included.
 *
 * Exports allocations_total(), allocations_counted(), and malloc(3) and its kin. Known
 * weakness: glibc only; not counted with a sanitizer; one thread.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "allocations.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATIONS_COUNTED false
#else
#define ALLOCATIONS_COUNTED true
#endif

static struct allocations total;

struct allocations
allocations_total(void)
{
    return total;
}

bool
allocations_counted(void)
{
    return ALLOCATIONS_COUNTED;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static void
count(size_t size)
{
    total.count++;
    total.bytes += size;
}

void *
malloc(size_t size)
{
    count(size);
    return __libc_malloc(size);
}

void *
calloc(size_t items, size_t size)
{
    count(items * size);
    return __libc_calloc(items, size);
}

void *
realloc(void *memory, size_t size)
{
    count(size);
    return __libc_realloc(memory, size);
}

void *
memalign(size_t alignment, size_t size)
{
    count(size);
    return __libc_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    count(size);
    return __libc_memalign(alignment, size);
}

int
posix_memalign(void **memory, size_t alignment, size_t size)
{
    count(size);
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

void
free(void *memory)
{
    __libc_free(memory);
}

#endif
