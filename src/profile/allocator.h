/* SPDX-License-Identifier: BSD-2-Clause */
/* allocator: publishes tcmalloc's statistics of this process in shared memory. */
#ifndef PROFILE_ALLOCATOR_H
#define PROFILE_ALLOCATOR_H

#include "shared/slots.h"

/* Counts allocations of this process from now on, in all threads: memory->allocations, from 0.
 * Costs an atomic addition per allocation. 0 or a negative errno. */
int allocator_count(struct slot_memory *memory) __attribute__((warn_unused_result));

/* Publishes the other numbers; takes a few microseconds. They stay 0 in a build without
 * tcmalloc. */
void allocator_publish(struct slot_memory *memory);

/* Returns free memory to the system if there is enough of it. Call when idle: it can take
 * milliseconds. */
void allocator_trim(void);

#endif
