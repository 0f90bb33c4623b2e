/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * allocator: tcmalloc reports sizes but not the number of allocations, so a hook counts those.
 * Known weakness: a process has one counter; a second call of allocator_count() replaces it.
 */
#include "profile/allocator.h"

#include <errno.h>

#include "build.h"

#if HAVE_TCMALLOC

#include <gperftools/malloc_extension_c.h>
#include <gperftools/malloc_hook_c.h>

#define TRIM_MIN (1024 * 1024) /* bytes of free pages */

static uint64_t *counter; /* set before the hook is installed */

static void
allocator_on_new(const void *pointer, size_t size)
{
    (void)size;
    if (pointer)
        __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

int
allocator_count(struct slot_memory *memory)
{
    memory->allocations = 0;
    counter = &memory->allocations;
    MallocHook_RemoveNewHook(allocator_on_new);
    return MallocHook_AddNewHook(allocator_on_new) ? 0 : -EBUSY;
}

static uint64_t
property(const char *name)
{
    size_t value = 0;

    return MallocExtension_GetNumericProperty(name, &value) ? value : 0;
}

static void
allocator_put(uint64_t *number, uint64_t value)
{
    __atomic_store_n(number, value, __ATOMIC_RELAXED);
}

void
allocator_publish(struct slot_memory *memory)
{
    const uint64_t released = property("tcmalloc.pageheap_unmapped_bytes");

    allocator_put(&memory->in_use, property("generic.current_allocated_bytes"));
    allocator_put(&memory->heap, property("generic.heap_size") - released);
    allocator_put(&memory->page_heap, property("tcmalloc.pageheap_free_bytes"));
    allocator_put(&memory->thread_cache, property("tcmalloc.current_total_thread_cache_bytes"));
    allocator_put(&memory->central, property("tcmalloc.central_cache_free_bytes") +
                                        property("tcmalloc.transfer_cache_free_bytes"));
    allocator_put(&memory->released, released);
}

void
allocator_trim(void)
{
    MallocExtension_MarkThreadIdle();
    if (property("tcmalloc.pageheap_free_bytes") >= TRIM_MIN)
        MallocExtension_ReleaseFreeMemory();
}

#else

int
allocator_count(struct slot_memory *memory)
{
    memory->allocations = 0;
    return 0;
}

void
allocator_publish(struct slot_memory *memory)
{
    (void)memory;
}

void
allocator_trim(void)
{
}

#endif
