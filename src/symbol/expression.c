/* SPDX-License-Identifier: BSD-2-Clause */
/* expression: a stack machine. All values are 64 bits wide; conversions between base types
 * truncate and extend. */
#include "symbol/expression.h"

#include <dwarf.h>
#include <stdlib.h>

#define DEPTH 16

struct machine {
    const struct expression_scope *scope;
    Dwarf_Attribute *attribute;
    uint64_t stack[DEPTH];
    unsigned depth;
    bool is_value; /* the top of the stack is the object, not its address */
};

static bool
push(struct machine *machine, uint64_t value)
{
    if (machine->depth == DEPTH)
        return false;
    machine->stack[machine->depth++] = value;
    return true;
}

static bool
push_register(struct machine *machine, uint64_t number, int64_t offset, bool is_value)
{
    uint64_t held;

    if (!frame_register(machine->scope->frame, number, &held) ||
        !push(machine, held + (uint64_t)offset))
        return false;
    machine->is_value = is_value;
    return true;
}

/* --- what operations refer to ------------------------------------------------------------- */

bool
expression_cfa(const struct frame *frame, uint64_t *address)
{
    const struct expression_scope scope = { .frame = frame };
    Dwarf_Frame *rules = frame_rules(frame);
    struct expression_result result;
    Dwarf_Op *ops;
    size_t count;
    bool done;

    if (rules == NULL)
        return false;
    done = dwarf_frame_cfa(rules, &ops, &count) == 0 &&
           expression_run(&scope, NULL, ops, count, &result);
    free(rules);
    if (done)
        *address = result.value;
    return done;
}

static bool
push_cfa(struct machine *machine)
{
    uint64_t address;

    return expression_cfa(machine->scope->frame, &address) && push(machine, address);
}

static bool
push_frame_base(struct machine *machine, int64_t offset)
{
    struct expression_result base;
    Dwarf_Attribute attribute;
    Dwarf_Op *ops;
    size_t count;

    if (machine->scope->function == NULL ||
        dwarf_getlocation_addr(dwarf_attr_integrate(machine->scope->function, DW_AT_frame_base,
                                                    &attribute),
                               0, &ops, &count, 1) != 1 ||
        !expression_run(machine->scope, &attribute, ops, count, &base))
        return false;
    return push(machine, base.value + (uint64_t)offset);
}

/* Only registers: compilers do not refer to memory as it was at the entry. */
static bool
push_entry_value(struct machine *machine, const Dwarf_Op *op)
{
    Dwarf_Attribute inner;
    Dwarf_Op *ops;
    uint64_t value;
    size_t count;

    if (machine->attribute == NULL || machine->scope->entry == NULL ||
        dwarf_getlocation_attr(machine->attribute, op, &inner) != 0 ||
        dwarf_getlocation(&inner, &ops, &count) != 0 || count != 1 ||
        ops[0].atom < DW_OP_reg0 || ops[0].atom > DW_OP_reg31 ||
        !machine->scope->entry(machine->scope, ops[0].atom - DW_OP_reg0, &value))
        return false;
    return push(machine, value);
}

/* --- arithmetic --------------------------------------------------------------------------- */

static bool
compare(unsigned atom, int64_t left, int64_t right, uint64_t *result)
{
    switch (atom) {
    case DW_OP_eq:
        *result = left == right;
        return true;
    case DW_OP_ne:
        *result = left != right;
        return true;
    case DW_OP_lt:
        *result = left < right;
        return true;
    case DW_OP_le:
        *result = left <= right;
        return true;
    case DW_OP_gt:
        *result = left > right;
        return true;
    case DW_OP_ge:
        *result = left >= right;
        return true;
    default:
        return false;
    }
}

static bool
combine(unsigned atom, uint64_t left, uint64_t right, uint64_t *result)
{
    switch (atom) {
    case DW_OP_plus:
        *result = left + right;
        return true;
    case DW_OP_minus:
        *result = left - right;
        return true;
    case DW_OP_mul:
        *result = left * right;
        return true;
    case DW_OP_and:
        *result = left & right;
        return true;
    case DW_OP_or:
        *result = left | right;
        return true;
    case DW_OP_xor:
        *result = left ^ right;
        return true;
    case DW_OP_shl:
        *result = right < 64 ? left << right : 0;
        return true;
    case DW_OP_shr:
        *result = right < 64 ? left >> right : 0;
        return true;
    case DW_OP_shra:
        *result = (uint64_t)((int64_t)left >> (right < 63 ? right : 63));
        return true;
    default:
        return compare(atom, (int64_t)left, (int64_t)right, result);
    }
}

static bool
combine_top(struct machine *machine, unsigned atom)
{
    uint64_t *below;

    if (machine->depth < 2)
        return false;
    below = &machine->stack[machine->depth - 2];
    if (!combine(atom, below[0], below[1], &below[0]))
        return false;
    machine->depth--;
    return true;
}

/* Without a type, an operation is on the whole 64 bits. */
static bool
expression_convert(struct machine *machine, const Dwarf_Op *op, uint64_t *value)
{
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;
    Dwarf_Die type;
    int bytes;

    if (op->number == 0 && (op->atom == DW_OP_convert || op->atom == DW_OP_GNU_convert))
        return true;
    if (machine->attribute == NULL ||
        dwarf_getlocation_die(machine->attribute, op, &type) != 0 ||
        dwarf_formudata(dwarf_attr(&type, DW_AT_encoding, &attribute), &encoding) != 0 ||
        encoding == DW_ATE_float || (bytes = dwarf_bytesize(&type)) < 1 || bytes > 8)
        return false;
    *value <<= 64 - 8 * bytes;
    *value = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char
                 ? (uint64_t)((int64_t)*value >> (64 - 8 * bytes))
                 : *value >> (64 - 8 * bytes);
    return true;
}

static bool
read_top(struct machine *machine, uint64_t *top, unsigned bytes)
{
    if (bytes < 1 || bytes > 8 || !frame_memory(machine->scope->frame, *top, top))
        return false;
    if (bytes < 8)
        *top &= ((uint64_t)1 << 8 * bytes) - 1;
    return true;
}

static bool
change_top(struct machine *machine, const Dwarf_Op *op)
{
    uint64_t *top;

    if (machine->depth == 0)
        return false;
    top = &machine->stack[machine->depth - 1];
    switch (op->atom) {
    case DW_OP_plus_uconst:
        *top += op->number;
        return true;
    case DW_OP_neg:
        *top = -*top;
        return true;
    case DW_OP_not:
        *top = ~*top;
        return true;
    case DW_OP_deref:
        return read_top(machine, top, 8);
    case DW_OP_deref_size:
        return read_top(machine, top, (unsigned)op->number);
    case DW_OP_deref_type:
    case DW_OP_GNU_deref_type:
        return read_top(machine, top, (unsigned)op->number) &&
               expression_convert(machine, op, top);
    case DW_OP_convert:
    case DW_OP_GNU_convert:
        return expression_convert(machine, op, top);
    case DW_OP_dup:
        return push(machine, *top);
    case DW_OP_stack_value:
        machine->is_value = true;
        return true;
    default:
        return combine_top(machine, op->atom);
    }
}

/* --- operations --------------------------------------------------------------------------- */

static bool
push_address(struct machine *machine, uint64_t address)
{
    Dwarf_Addr bias;

    return machine->scope->frame->module &&
           dwfl_module_getdwarf(machine->scope->frame->module, &bias) != NULL &&
           push(machine, address + bias);
}

static bool
push_typed_register(struct machine *machine, const Dwarf_Op *op)
{
    return push_register(machine, op->number, 0, false) &&
           expression_convert(machine, op, &machine->stack[machine->depth - 1]);
}

static bool
run_special(struct machine *machine, const Dwarf_Op *op)
{
    switch (op->atom) {
    case DW_OP_addr:
        return push_address(machine, op->number);
    case DW_OP_regx:
        return push_register(machine, op->number, 0, true);
    case DW_OP_bregx:
        return push_register(machine, op->number, (int64_t)op->number2, false);
    case DW_OP_regval_type:
    case DW_OP_GNU_regval_type:
        return push_typed_register(machine, op);
    case DW_OP_fbreg:
        return push_frame_base(machine, (int64_t)op->number);
    case DW_OP_call_frame_cfa:
        return push_cfa(machine);
    case DW_OP_entry_value:
    case DW_OP_GNU_entry_value:
        return push_entry_value(machine, op);
    default:
        return change_top(machine, op);
    }
}

static bool
run_one(struct machine *machine, const Dwarf_Op *op)
{
    const unsigned atom = op->atom;

    if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31)
        return push_register(machine, atom - DW_OP_reg0, 0, true);
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
        return push_register(machine, atom - DW_OP_breg0, (int64_t)op->number, false);
    if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
        return push(machine, atom - DW_OP_lit0);
    if (atom >= DW_OP_const1u && atom <= DW_OP_consts)
        return push(machine, op->number);
    return run_special(machine, op);
}

bool
expression_run(const struct expression_scope *scope, Dwarf_Attribute *attribute,
               const Dwarf_Op *ops, size_t count, struct expression_result *result)
{
    struct machine machine = { .scope = scope, .attribute = attribute };

    for (size_t i = 0; i < count; i++)
        if (!run_one(&machine, &ops[i]))
            return false;
    if (machine.depth == 0)
        return false;
    result->value = machine.stack[machine.depth - 1];
    result->is_address = !machine.is_value;
    return true;
}

bool
expression_value(const struct expression_scope *scope, Dwarf_Attribute *attribute,
                 Dwarf_Addr address, uint64_t *value)
{
    struct expression_result result;
    Dwarf_Op *ops;
    size_t count;

    if (dwarf_getlocation_addr(attribute, address, &ops, &count, 1) != 1 ||
        !expression_run(scope, attribute, ops, count, &result))
        return false;
    *value = result.value;
    return !result.is_address || frame_memory(scope->frame, result.value, value);
}
