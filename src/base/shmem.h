/* SPDX-License-Identifier: BSD-2-Clause */
/* shmem: memory that a process shares with the children that it forks later. */
#ifndef BASE_SHMEM_H
#define BASE_SHMEM_H

#include <stddef.h>

/* size bytes, zeroed; ended by munmap(2). NULL: failed, see errno. */
void *shmem_map(size_t size) __attribute__((warn_unused_result));

#endif
