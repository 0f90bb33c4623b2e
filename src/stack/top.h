/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top: a copy of the innermost part of a thread's stack, where arguments can be.
 */
#ifndef STACK_TOP_H
#define STACK_TOP_H

#include <stdbool.h>
#include <stdint.h>

#define TOP_ABOVE 4096 /* words from the stack pointer on */
#define TOP_BELOW 16   /* words below it: the red zone of the AMD64 ABI */

/* In shared memory. Zeroed: empty. */
struct stack_top {
    uintptr_t sp; /* rounded down to whole words */
    uint32_t above;
    uint32_t below;
    uintptr_t words[TOP_BELOW + TOP_ABOVE]; /* sp is at TOP_BELOW */
};

/* Copies the words from sp on, up to the address end, then those below it. Each word counts as
 * soon as it is copied, because the next one may fault. Safe in signal handlers. */
void top_copy(struct stack_top *top, uintptr_t sp, uintptr_t end);

/* Empties it. */
void top_clear(struct stack_top *top);

/* The eight bytes at an address. False: not copied. Accepts arbitrary contents of top. */
bool top_read(const struct stack_top *top, uintptr_t address, uint64_t *value)
    __attribute__((warn_unused_result));

#endif
