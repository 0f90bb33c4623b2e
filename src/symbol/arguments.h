/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments: the parameters of the functions that were running when a thread was interrupted,
 * as far as debug information locates them. Compilers keep few parameters for long.
 */
#ifndef SYMBOL_ARGUMENTS_H
#define SYMBOL_ARGUMENTS_H

#include "base/line_sink.h"
#include "stack/registers.h"
#include "stack/top.h"
#include "symbol/symbol.h"

/* Passes lines such as "arguments of cut: error=-5, worker=<optimized out>" to line: one for
 * each function with parameters, innermost first, also for inlined ones. None without debug
 * information. */
void arguments_lines(struct symbols *symbols, const struct registers *registers,
                     const struct stack_top *top, line_sink_line *line, void *argument);

/* Passes the registers to line, several in a line. None if they were not recorded. */
void arguments_registers(const struct registers *registers, line_sink_line *line,
                         void *argument);

#endif
