/* SPDX-License-Identifier: BSD-2-Clause */
/* allocator: the numbers of tcmalloc for this process, where other processes can read them. */
#ifndef PROFILE_ALLOCATOR_H
#define PROFILE_ALLOCATOR_H

#include "shared/slots.h"

/* Counts allocations of this process from now on, in all threads: memory->allocations, from 0.
 * Costs an atomic addition for each. 0 or a negative errno. */
int allocator_count(struct slot_memory *memory) __attribute__((warn_unused_result));

/* Writes the other numbers as they are now; a few microseconds. All stay 0 in a build without
 * tcmalloc. */
void allocator_publish(struct slot_memory *memory);

/* Gives free memory back to the system, if it is worth it. For a quiet moment: it can take
 * milliseconds. */
void allocator_trim(void);

#endif
