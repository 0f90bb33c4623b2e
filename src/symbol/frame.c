/* SPDX-License-Identifier: BSD-2-Clause */
/* frame: the rules are in .eh_frame, which every library has, or else in .debug_frame. */
#include "symbol/frame.h"

#include <stddef.h>

bool
frame_register(const struct frame *frame, uint64_t number, uint64_t *value)
{
    if (number >= REGISTERS_COUNT || !(frame->known >> number & 1))
        return false;
    *value = frame->registers[number];
    return true;
}

void
frame_set_register(struct frame *frame, unsigned number, uint64_t value)
{
    frame->registers[number] = value;
    frame->known |= (uint64_t)1 << number;
}

bool
frame_memory(const struct frame *frame, uint64_t address, uint64_t *value)
{
    return top_read(frame->top, address, value);
}

Dwarf_Frame *
frame_rules(const struct frame *frame)
{
    Dwarf_CFI *tables[2];
    Dwarf_Addr biases[2];
    Dwarf_Frame *rules = NULL;

    if (frame->module == NULL)
        return NULL;
    tables[0] = dwfl_module_eh_cfi(frame->module, &biases[0]);
    tables[1] = dwfl_module_dwarf_cfi(frame->module, &biases[1]);
    for (int i = 0; i < 2 && rules == NULL; i++)
        if (tables[i] && dwarf_cfi_addrframe(tables[i], frame->place - biases[i], &rules) != 0)
            rules = NULL;
    return rules;
}
