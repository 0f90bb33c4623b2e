/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwind: the call stack of an address, innermost first. The first address is an instruction,
 * all others are return addresses, which point behind the call.
 */
#ifndef STACK_UNWIND_H
#define STACK_UNWIND_H

#include <stddef.h>
#include <stdint.h>

#define UNWIND_END 32       /* frames kept at each end */
#define UNWIND_MAX 1048576u /* frames; farther ones are not visited */

/* Performs the unwinder's lazy initialisation, which allocates. Call before the first handler
 * or hook can run. */
void unwind_prime(void);

/* The stack that a signal interrupted; context is the handler's third argument. Returns the
 * depth, at least 1 (depth must be > 0). Neither allocates nor locks. */
unsigned unwind_interrupted(const void *context, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

/* The same from pc, a return address on the calling thread's stack. */
unsigned unwind_from(uintptr_t pc, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

/* Both ends of a stack of any depth, for instance after endless recursion. Zeroed: empty. */
struct unwind_ends {
    uint32_t count; /* all frames, including those not kept */
    uint32_t unused;
    uintptr_t inner[UNWIND_END]; /* the innermost */
    uintptr_t outer[UNWIND_END]; /* the outermost of the others: frame i at i % UNWIND_END */
};

/* One frame farther out. */
void unwind_add(struct unwind_ends *ends, uintptr_t pc);

/* Adds all callers of the interrupted instruction, but not the instruction itself. Adds each
 * frame as soon as it is found, because reading the next one may fault. Neither allocates nor
 * locks. */
void unwind_outwards(const void *context, struct unwind_ends *ends);

/* Copies the kept frames in order; if some are missing, they are between the first UNWIND_END
 * and the rest. Accepts arbitrary contents. Returns the number of frames. */
unsigned unwind_kept(const struct unwind_ends *ends, uintptr_t pcs[static 2 * UNWIND_END])
    __attribute__((warn_unused_result));

/* Addresses of one mapped object, for instance the allocator. */
struct unwind_range {
    uintptr_t start;
    uintptr_t end; /* not included */
};

/* The executable part of the object that holds this address; empty when there is none. */
struct unwind_range unwind_range_of(const void *address);

/* The callers of the code in range: leaves out the frames up to and including the first run of
 * frames inside the range. If there is none, leaves out only this function's caller. */
unsigned unwind_callers(struct unwind_range range, uintptr_t *pcs, unsigned depth)
    __attribute__((warn_unused_result));

#endif
