/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hugepage: shared memory in pages of 2 MiB, if the system has them: fewer page table entries,
 * and less to count when pages are passed to a socket. Two sources: pages that the
 * administrator has reserved (vm.nr_hugepages), and those that the kernel makes of free memory
 * when it is asked to (MADV_COLLAPSE, Linux 6.1 and later; whatever
 * transparent_hugepage/shmem_enabled says, but for "deny"). See memfd_create(2), madvise(2).
 */
#ifndef OBJECT_HUGEPAGE_H
#define OBJECT_HUGEPAGE_H

#include <stdbool.h>
#include <stdint.h>

#define HUGEPAGE_SIZE (UINT64_C(2) << 20)

/* length in whole pages of 2 MiB; below one of them, length itself: it is not worth it. */
uint64_t hugepage_round(uint64_t length);

/* A memfd of size bytes, a multiple of HUGEPAGE_SIZE, out of what is reserved; the memory is
 * there. It has no sendfile(2). A negative errno: there are none, or not enough. */
int hugepage_memfd(uint64_t size) __attribute__((warn_unused_result));

/* Makes an empty memfd size bytes long, a multiple of HUGEPAGE_SIZE, and asks for such pages:
 * as many as there are now, the rest is to be allocated. False: this kernel makes none; the
 * memfd is empty then. */
bool hugepage_ask(int fd, uint64_t size) __attribute__((warn_unused_result));

/* As mmap(2) with MAP_SHARED, at an address where large pages can be mapped as such.
 * MAP_FAILED: errno says why. */
void *hugepage_map(int fd, uint64_t size, int protection) __attribute__((warn_unused_result));

#endif
