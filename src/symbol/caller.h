/* SPDX-License-Identifier: BSD-2-Clause */
/* caller: the frames of an interrupted thread, by the unwind tables of its code. */
#ifndef SYMBOL_CALLER_H
#define SYMBOL_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "stack/registers.h"
#include "stack/top.h"
#include "symbol/frame.h"
#include "symbol/symbol.h"

/* Fills frames with that of the interrupted function and with those of its callers, as far as
 * the copy of the stack has them. Borrows top. Returns their number: 0 if nothing was
 * recorded. *whole: the last one has no caller. */
size_t caller_frames(const struct symbols *symbols, const struct registers *registers,
                     const struct stack_top *top, struct frame *frames, size_t max, bool *whole)
    __attribute__((warn_unused_result));

#endif
