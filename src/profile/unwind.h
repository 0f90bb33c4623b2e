/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwind: the calls that led to a place, innermost first. The first address is the place
 * itself, all others are return addresses: an instruction behind the call.
 */
#ifndef PROFILE_UNWIND_H
#define PROFILE_UNWIND_H

#include <stddef.h>
#include <stdint.h>

/* Does now what the unwinder puts off until it is first used, which includes allocating. Call
 * before the first handler or hook can run. */
void unwind_prime(void);

/* What the signal interrupted; context is the handler's third argument. At least the
 * interrupted place itself (depth > 0). Neither allocates nor locks. Returns the depth. */
unsigned unwind_interrupted(const void *context, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

/* Addresses of one mapped object, for instance the allocator. */
struct unwind_range {
    uintptr_t start;
    uintptr_t end; /* not included */
};

/* The executable part of the object that holds this address; empty when there is none. */
struct unwind_range unwind_range_of(const void *address);

/* Who called into range (and from there the caller of this function): frames up to and
 * including the first run inside the range are left out. Without any, all but the caller. */
unsigned unwind_callers(struct unwind_range range, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

#endif
