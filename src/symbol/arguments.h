/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments: what the parameters of the innermost function held when a thread was interrupted,
 * as far as debug information says where they were. Compilers keep few of them for long.
 */
#ifndef SYMBOL_ARGUMENTS_H
#define SYMBOL_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/line_sink.h"
#include "stack/registers.h"
#include "symbol/symbol.h"

/* A thread at one moment. */
struct arguments_of {
    uintptr_t pc;
    const struct registers *registers;
    uintptr_t sp; /* where the memory begins that is known */
    const uintptr_t *words;
    size_t count; /* of them; 0: none is */
};

/* Lines "arguments of cut: error=-5, worker=<optimised away>", of the function and of those
 * that were inlined there, innermost first; none without debug information. */
void arguments_lines(struct symbols *symbols, const struct arguments_of *of,
                     line_sink_line *line, void *argument);

/* Lines of registers, a few each; none when they were not kept. */
void arguments_registers(const struct registers *registers, line_sink_line *line,
                         void *argument);

#endif
