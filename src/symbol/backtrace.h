/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace: a stack for people, one line per function, as debuggers show it:
 *
 * #0 0x000055d0c0de1234 read_chunk (inlined) src/object/cached.c:41
 * #1 0x000055d0c0de1234 serve_request+0x1f src/worker/serve.c:123
 *
 * A frame that is called from where it was called itself stands once, and how often it comes.
 */
#ifndef SYMBOL_BACKTRACE_H
#define SYMBOL_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/line_sink.h"
#include "symbol/symbol.h"

struct unwind_ends;

/* The lines of a stack whose addresses are as unwind.h has them. symbols NULL: addresses only.
 */
void backtrace_lines(struct symbols *symbols, const uintptr_t *pcs, size_t depth,
                     line_sink_line *line, void *argument);

/* The same for the ends of a stack, with a line about what is left out between them. */
void backtrace_ends(struct symbols *symbols, const struct unwind_ends *ends,
                    line_sink_line *line, void *argument);

#endif
