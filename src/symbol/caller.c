/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller: one frame after the other. A register for which there is no rule is known in the
 * caller only if functions must restore it.
 */
#include "symbol/caller.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "symbol/expression.h"

/* The value that the register has in the caller. */
static bool
restore(const struct frame *frame, Dwarf_Frame *rules, unsigned number, uint64_t *value)
{
    const struct expression_scope scope = { .frame = frame };
    struct expression_result result;
    Dwarf_Op memory[3];
    Dwarf_Op *ops;
    size_t count;

    if (dwarf_frame_register(rules, (int)number, memory, &ops, &count) != 0)
        return false;
    if (count == 0)
        return (ops == NULL || registers_preserved(number)) &&
               frame_register(frame, number, value);
    if (!expression_run(&scope, NULL, ops, count, &result))
        return false;
    *value = result.value;
    return !result.is_address || frame_memory(frame, result.value, value);
}

static void
caller_enter(const struct symbols *symbols, struct frame *frame, uint64_t pc, bool is_call)
{
    frame_set_register(frame, REGISTERS_PC, pc);
    frame->place = (uintptr_t)pc - is_call;
    frame->module = symbol_module(symbols, frame->place);
}

/* The function at which a thread begins has no return address. */
static bool
is_outermost(Dwarf_Frame *rules)
{
    const int link = dwarf_frame_info(rules, NULL, NULL, NULL);
    Dwarf_Op memory[3];
    Dwarf_Op *ops;
    size_t count;

    return link >= 0 && dwarf_frame_register(rules, link, memory, &ops, &count) == 0 &&
           count == 0 && ops != NULL;
}

/* The stack of a caller is farther out, but for one function that uses none and has its return
 * address in a register. Anything else is damage. */
static bool
climb(const struct symbols *symbols, const struct frame *frame, Dwarf_Frame *rules,
      struct frame *caller)
{
    bool is_signal = false;
    const int link = dwarf_frame_info(rules, NULL, NULL, &is_signal);
    uint64_t address;
    uint64_t pc;
    uint64_t sp;
    uint64_t value;

    if (link < 0 || !expression_cfa(frame, &address) ||
        !frame_register(frame, REGISTERS_SP, &sp) || address < sp ||
        !restore(frame, rules, (unsigned)link, &pc) || pc == 0 ||
        (address == sp && pc == frame->registers[REGISTERS_PC]))
        return false;
    *caller = (struct frame){ .top = frame->top };
    for (unsigned i = 0; i < REGISTERS_PC; i++)
        if (restore(frame, rules, i, &value))
            frame_set_register(caller, i, value);
    frame_set_register(caller, REGISTERS_SP, address);
    caller_enter(symbols, caller, pc, !is_signal);
    return true;
}

/* After a call to an address without code, all registers but two are those of the caller: the
 * call has pushed the return address. */
static bool
undo_call(const struct symbols *symbols, struct frame *frame)
{
#if defined(__x86_64__)
    uint64_t pc;
    uint64_t sp;

    if (!frame_register(frame, REGISTERS_SP, &sp) || !frame_memory(frame, sp, &pc))
        return false;
    frame_set_register(frame, REGISTERS_SP, sp + sizeof(uintptr_t));
#else
    const uint64_t pc = frame->registers[30];
#endif
    caller_enter(symbols, frame, pc, true);
    return frame->module != NULL;
}

static bool
caller_begin(const struct symbols *symbols, const struct registers *registers,
             const struct stack_top *top, struct frame *frame)
{
    if (registers->count != REGISTERS_COUNT)
        return false;
    *frame = (struct frame){ .top = top };
    for (unsigned i = 0; i < REGISTERS_COUNT; i++)
        frame_set_register(frame, i, registers->values[i]);
    caller_enter(symbols, frame, registers->values[REGISTERS_PC], false);
    return frame->module != NULL || undo_call(symbols, frame);
}

size_t
caller_frames(const struct symbols *symbols, const struct registers *registers,
              const struct stack_top *top, struct frame *frames, size_t max, bool *whole)
{
    size_t count = 0;
    bool found = max > 0 && caller_begin(symbols, registers, top, &frames[0]);

    *whole = false;
    while (found && ++count < max) {
        struct frame *frame = &frames[count - 1];
        Dwarf_Frame *rules = frame_rules(frame);

        *whole = rules && is_outermost(rules);
        found = rules && !*whole && climb(symbols, frame, rules, &frames[count]);
        if (found)
            frame->caller = &frames[count];
        free(rules);
    }
    return count;
}
