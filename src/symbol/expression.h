/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expression: evaluates the expressions of debug information (DWARF 5, section 2.5) that
 * compilers emit for parameters and for unwinding. An operation that is not implemented makes
 * the value unknown.
 */
#ifndef SYMBOL_EXPRESSION_H
#define SYMBOL_EXPRESSION_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbol/frame.h"

struct expression_scope;

/* The value that a register had when the function of the scope was entered. */
typedef bool expression_entry(const struct expression_scope *scope, unsigned number,
                              uint64_t *value);

struct expression_scope {
    const struct frame *frame;
    Dwarf_Die *function;     /* not inlined; its DW_AT_frame_base is used. NULL: none */
    expression_entry *entry; /* NULL: unknown */
};

struct expression_result {
    uint64_t value;
    bool is_address; /* value is where the object is in memory */
};

/* attribute: from which the operations come; NULL for those of frame_rules(). */
bool expression_run(const struct expression_scope *scope, Dwarf_Attribute *attribute,
                    const Dwarf_Op *ops, size_t count, struct expression_result *result)
    __attribute__((warn_unused_result));

/* The value that a location or value attribute describes at the place of the frame; objects in
 * memory are read. address: the place, as the module's debug information counts it. */
bool expression_value(const struct expression_scope *scope, Dwarf_Attribute *attribute,
                      Dwarf_Addr address, uint64_t *value) __attribute__((warn_unused_result));

/* The canonical frame address (CFA) of a frame. */
bool expression_cfa(const struct frame *frame, uint64_t *address)
    __attribute__((warn_unused_result));

#endif
