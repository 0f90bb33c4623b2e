/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headroom: is there memory for an object? A memory cgroup does not refuse what is above its
 * limit: it kills. So before memory is reserved, its size is compared with what all cgroups
 * above and the system have left. A limit that can't be read refuses nothing.
 */
#ifndef OBJECT_HEADROOM_H
#define OBJECT_HEADROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cgroup.h"

/* Opens what tells how much is left, for a generation with so many workers. */
void headroom_open(unsigned workers);
void headroom_close(void);

/* Is there room for so many bytes now? For callers that can do without. */
bool headroom_has(uint64_t size);

/* Will there be room for so many bytes when freed ones have gone? 0, or -ENOMEM with a line in
 * the log, as below. For one thread alone. */
int headroom_check(const char *file, uint64_t size, uint64_t freed)
    __attribute__((warn_unused_result));

/*
 * Before size bytes are reserved for this file: 0, or -ENOMEM with a line in the log that names
 * what is needed, what is left, and where (file NULL: -EAGAIN without a line). Threads take
 * turns: what has been taken must be reserved when headroom_taken() is called, which ends the
 * turn (after 0 alone).
 */
int headroom_take(const char *file, uint64_t size) __attribute__((warn_unused_result));
void headroom_taken(void);

/* Bytes that a group has left for what can't be given back; CGROUP_NONE: any. Pure. */
uint64_t headroom_left(const struct cgroup_memory *memory);

/* Bytes that an object takes besides its own, for page tables, and that workers (processes) to
 * come take. Pure. */
uint64_t headroom_besides(uint64_t size, unsigned workers);

#endif
