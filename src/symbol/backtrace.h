/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace: a stack for people, one line per function, as debuggers show it:
 *
 * #0 0x000055d0c0de1234 read_chunk (inlined) src/object/cached.c:41
 * #1 0x000055d0c0de1234 serve_request+0x1f src/worker/serve.c:123
 *
 * A frame that repeats, as in a recursion, is printed once, with the number of repetitions.
 */
#ifndef SYMBOL_BACKTRACE_H
#define SYMBOL_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/line_sink.h"
#include "symbol/symbol.h"

struct unwind_ends;

/* Passes the lines of a stack to line. The addresses are as in unwind.h. symbols NULL: prints
 * addresses only. */
void backtrace_lines(struct symbols *symbols, const uintptr_t *pcs, size_t depth,
                     line_sink_line *line, void *argument);

/* The same for a stack of which only both ends are kept; one line counts the frames between. */
void backtrace_ends(struct symbols *symbols, const struct unwind_ends *ends,
                    line_sink_line *line, void *argument);

#endif
