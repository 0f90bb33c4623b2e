/* SPDX-License-Identifier: BSD-2-Clause */
/* shmem: without a name or a descriptor, so that no other process can map it. */
#include "base/shmem.h"

#include <sys/mman.h>

void *
shmem_map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}
