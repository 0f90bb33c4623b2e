/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwind: the calls that led to an address, innermost first. The first address is the place
 * itself, all others are return addresses: an instruction behind the call.
 */
#ifndef STACK_UNWIND_H
#define STACK_UNWIND_H

#include <stddef.h>
#include <stdint.h>

#define UNWIND_END 32       /* frames of an end */
#define UNWIND_MAX 1048576u /* frames; what is farther out is never reached */

/* Does now what the unwinder puts off until it is first used, which includes allocating. Call
 * before the first handler or hook can run. */
void unwind_prime(void);

/* What the signal interrupted; context is the handler's third argument. At least the
 * interrupted place itself (depth > 0). Neither allocates nor locks. Returns the depth. */
unsigned unwind_interrupted(const void *context, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

/* The same from a place on the calling thread's stack: a return address of one of its callers.
 */
unsigned unwind_from(uintptr_t pc, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

/* Both ends of a stack that can be of any depth, as one of endless recursion is. Zeroed: empty.
 */
struct unwind_ends {
    uint32_t count; /* of all frames, also of those that are not kept */
    uint32_t unused;
    uintptr_t inner[UNWIND_END]; /* the innermost */
    uintptr_t outer[UNWIND_END]; /* of the others the outermost: frame i at i % UNWIND_END */
};

/* One frame farther out. */
void unwind_add(struct unwind_ends *ends, uintptr_t pc);

/* Adds all callers of what the signal interrupted, but not the interrupted place itself. Each
 * is there as soon as it is found: the next may fault. Neither allocates nor locks. */
void unwind_outwards(const void *context, struct unwind_ends *ends);

/* The frames that are kept, in order; with more in between, they follow the first UNWIND_END.
 * Makes sense of anything that ends hold. Returns how many. */
unsigned unwind_kept(const struct unwind_ends *ends, uintptr_t pcs[static 2 * UNWIND_END])
    __attribute__((warn_unused_result));

/* Addresses of one mapped object, for instance the allocator. */
struct unwind_range {
    uintptr_t start;
    uintptr_t end; /* not included */
};

/* The executable part of the object that holds this address; empty when there is none. */
struct unwind_range unwind_range_of(const void *address);

/* The callers of code in range, which has called the caller of this function: frames up to and
 * including the first run inside the range are left out. Without any, all but the caller. */
unsigned unwind_callers(struct unwind_range range, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

#endif
