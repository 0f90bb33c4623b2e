/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments: the parameters of the innermost function when a thread was interrupted, as far as
 * debug information locates them. Compilers keep few parameters for long.
 */
#ifndef SYMBOL_ARGUMENTS_H
#define SYMBOL_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/line_sink.h"
#include "stack/registers.h"
#include "symbol/symbol.h"

/* An interrupted thread. */
struct arguments_of {
    uintptr_t pc;
    const struct registers *registers;
    uintptr_t sp; /* stack pointer; words holds the stack from here on */
    const uintptr_t *words;
    size_t count; /* of words; 0: the stack was not read */
};

/* Passes lines such as "arguments of cut: error=-5, worker=<optimised away>" to line: one for
 * the function and for each function inlined there, innermost first. None without debug
 * information. */
void arguments_lines(struct symbols *symbols, const struct arguments_of *of,
                     line_sink_line *line, void *argument);

/* Passes the registers to line, several in a line. None if they were not recorded. */
void arguments_registers(const struct registers *registers, line_sink_line *line,
                         void *argument);

#endif
