/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame: what is known of one function's frame of an interrupted thread: registers as they are
 * there, and memory from a copy of the stack.
 */
#ifndef SYMBOL_FRAME_H
#define SYMBOL_FRAME_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/registers.h"
#include "stack/top.h"

struct frame {
    const struct stack_top *top;
    const struct frame *caller; /* NULL: unknown */
    Dwfl_Module *module;        /* NULL: no file is mapped at place */
    uintptr_t place;            /* the interrupted instruction, or the last byte of the call */
    uint64_t known;             /* bit n: register n */
    uint64_t registers[REGISTERS_COUNT]; /* by DWARF number */
};

bool frame_register(const struct frame *frame, uint64_t number, uint64_t *value)
    __attribute__((warn_unused_result));

void frame_set_register(struct frame *frame, unsigned number, uint64_t value);

/* The eight bytes at an address. */
bool frame_memory(const struct frame *frame, uint64_t address, uint64_t *value)
    __attribute__((warn_unused_result));

/* How to find the registers of the caller (DWARF 5, section 6.4). NULL: unknown. To be
 * freed. */
Dwarf_Frame *frame_rules(const struct frame *frame) __attribute__((warn_unused_result));

#endif
