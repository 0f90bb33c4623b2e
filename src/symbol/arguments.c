/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments: evaluates the DWARF expressions (DWARF 5, section 2.5) that compilers emit for
 * parameters. An operation that is not implemented here makes the value unknown.
 */
#include "symbol/arguments.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH     16
#define LINE_SIZE 512
#define PER_LINE  4 /* registers */

/* The state of one evaluation. */
struct machine {
    const struct arguments_of *of;
    Dwarf_Die *function; /* provides the frame base */
    Dwfl_Module *module;
    uint64_t stack[DEPTH];
    unsigned depth;
    bool is_value; /* the top of the stack is the value itself, not its address */
};

/* --- memory and registers ----------------------------------------------------------------- */

static bool
read_register(const struct machine *machine, uint64_t number, uint64_t *value)
{
    const struct registers *registers = machine->of->registers;

    if (number >= REGISTERS_COUNT || registers->count != REGISTERS_COUNT)
        return false;
    *value = registers->values[number];
    return true;
}

static bool
read_memory(const struct machine *machine, uint64_t address, uint64_t *value)
{
    const struct arguments_of *of = machine->of;
    const uintptr_t start = of->sp & ~(sizeof(uintptr_t) - 1);

    if (address < start || of->count == 0 ||
        address - start > (of->count - 1) * sizeof(uintptr_t))
        return false;
    memcpy(value, (const char *)of->words + (address - start), sizeof(*value));
    return true;
}

/* --- expressions -------------------------------------------------------------------------- */

static bool run(struct machine *machine, const Dwarf_Op *ops, size_t count);

static bool
push(struct machine *machine, uint64_t value)
{
    if (machine->depth == DEPTH)
        return false;
    machine->stack[machine->depth++] = value;
    return true;
}

/* Pushes the canonical frame address (CFA). */
static bool
push_cfa(struct machine *machine)
{
    Dwarf_Addr bias;
    Dwarf_CFI *tables[2];
    Dwarf_Frame *frame = NULL;
    Dwarf_Op *ops;
    size_t count;
    bool done;

    tables[0] = dwfl_module_eh_cfi(machine->module, &bias);
    tables[1] = dwfl_module_dwarf_cfi(machine->module, &bias);
    for (int i = 0; i < 2 && frame == NULL; i++)
        if (tables[i] && dwarf_cfi_addrframe(tables[i], machine->of->pc - bias, &frame) != 0)
            frame = NULL;
    if (frame == NULL)
        return false;
    done = dwarf_frame_cfa(frame, &ops, &count) == 0 && run(machine, ops, count);
    free(frame);
    return done;
}

static bool
push_frame_base(struct machine *machine, int64_t offset)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *ops;
    size_t count;

    if (machine->function == NULL ||
        dwarf_getlocation_addr(dwarf_attr_integrate(machine->function, DW_AT_frame_base,
                                                    &attribute),
                               0, &ops, &count, 1) != 1 ||
        !run(machine, ops, count))
        return false;
    machine->stack[machine->depth - 1] += (uint64_t)offset;
    machine->is_value = false;
    return true;
}

static bool
push_register(struct machine *machine, uint64_t number, int64_t offset, bool value)
{
    uint64_t held;

    if (!read_register(machine, number, &held) || !push(machine, held + (uint64_t)offset))
        return false;
    machine->is_value = value;
    return true;
}

/* Replaces the two topmost entries with the result of the operation. */
static bool
combine(struct machine *machine, unsigned atom)
{
    uint64_t *below;
    uint64_t top;

    if (machine->depth < 2)
        return false;
    top = machine->stack[--machine->depth];
    below = &machine->stack[machine->depth - 1];
    *below = atom == DW_OP_plus    ? *below + top
             : atom == DW_OP_minus ? *below - top
             : atom == DW_OP_mul   ? *below * top
             : atom == DW_OP_shl   ? *below << (top & 63)
             : atom == DW_OP_or    ? *below | top
                                   : *below & top;
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
        return read_memory(machine, *top, top);
    case DW_OP_stack_value:
        machine->is_value = true;
        return true;
    default:
        return false;
    }
}

static bool
is_constant(unsigned atom)
{
    return (atom >= DW_OP_const1u && atom <= DW_OP_consts);
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
    if (is_constant(atom))
        return push(machine, op->number);
    switch (atom) {
    case DW_OP_regx:
        return push_register(machine, op->number, 0, true);
    case DW_OP_bregx:
        return push_register(machine, op->number, (int64_t)op->number2, false);
    case DW_OP_fbreg:
        return push_frame_base(machine, (int64_t)op->number);
    case DW_OP_call_frame_cfa:
        return push_cfa(machine);
    case DW_OP_plus:
    case DW_OP_minus:
    case DW_OP_mul:
    case DW_OP_shl:
    case DW_OP_or:
    case DW_OP_and:
        return combine(machine, atom);
    default:
        return change_top(machine, op);
    }
}

static bool
run(struct machine *machine, const Dwarf_Op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!run_one(machine, &ops[i]))
            return false;
    return count > 0 && machine->depth > 0;
}

/* --- parameters --------------------------------------------------------------------------- */

/* The type of a parameter, without typedefs and qualifiers. */
static bool
type_of(Dwarf_Die *parameter, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    Dwarf_Die declared;

    return dwarf_formref_die(dwarf_attr_integrate(parameter, DW_AT_type, &attribute),
                             &declared) != NULL &&
           dwarf_peel_type(&declared, type) == 0;
}

static void
format_value(Dwarf_Die *parameter, uint64_t value, char *text, size_t size)
{
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;
    Dwarf_Die type;
    int bytes = 8;
    unsigned spare;

    if (!type_of(parameter, &type)) {
        snprintf(text, size, "0x%" PRIx64, value);
        return;
    }
    if (dwarf_bytesize(&type) > 0 && dwarf_bytesize(&type) <= 8)
        bytes = dwarf_bytesize(&type);
    (void)dwarf_formudata(dwarf_attr(&type, DW_AT_encoding, &attribute), &encoding);
    spare = 64 - 8 * (unsigned)bytes;
    if (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char)
        snprintf(text, size, "%" PRId64, (int64_t)(value << spare) >> spare);
    else if (encoding == DW_ATE_unsigned || encoding == DW_ATE_unsigned_char ||
             encoding == DW_ATE_boolean || dwarf_tag(&type) == DW_TAG_enumeration_type)
        snprintf(text, size, "%" PRIu64, value << spare >> spare);
    else
        snprintf(text, size, "0x%" PRIx64, value << spare >> spare);
}

static bool
evaluate(struct machine *machine, Dwarf_Die *parameter, Dwarf_Addr address, uint64_t *value)
{
    Dwarf_Attribute attribute;
    Dwarf_Sword constant;
    Dwarf_Op *ops;
    size_t count;

    if (dwarf_formsdata(dwarf_attr_integrate(parameter, DW_AT_const_value, &attribute),
                        &constant) == 0) {
        *value = (uint64_t)constant;
        return true;
    }
    if (dwarf_getlocation_addr(dwarf_attr_integrate(parameter, DW_AT_location, &attribute),
                               address, &ops, &count, 1) != 1 ||
        !run(machine, ops, count))
        return false;
    *value = machine->stack[machine->depth - 1];
    return machine->is_value || read_memory(machine, *value, value);
}

static void
describe_parameter(const struct machine *fresh, Dwarf_Die *parameter, Dwarf_Addr address,
                   FILE *out)
{
    const char *name = dwarf_diename(parameter);
    struct machine machine = *fresh;
    char text[32] = "<optimised away>";
    uint64_t value;

    if (evaluate(&machine, parameter, address, &value))
        format_value(parameter, value, text, sizeof(text));
    fprintf(out, "%s=%s", name ? name : "?", text);
}

static void
describe_function(const struct machine *machine, Dwarf_Die *function, Dwarf_Addr address,
                  line_sink_line *line, void *argument)
{
    const char *name = dwarf_diename(function);
    const char *before = ": ";
    char text[LINE_SIZE];
    FILE *out = fmemopen(text, sizeof(text), "w");
    Dwarf_Die child;

    if (out == NULL)
        return;
    fprintf(out, "arguments of %s", name ? name : "?");
    for (int more = dwarf_child(function, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
        if (dwarf_tag(&child) != DW_TAG_formal_parameter)
            continue;
        fputs(before, out);
        describe_parameter(machine, &child, address, out);
        before = ", ";
    }
    fclose(out);
    text[sizeof(text) - 1] = '\0';
    if (before[0] == ',')
        line(argument, text);
}

static bool
is_function(Dwarf_Die *die)
{
    return dwarf_tag(die) == DW_TAG_subprogram || dwarf_tag(die) == DW_TAG_inlined_subroutine;
}

/* scopes: innermost first; those outside the function that was compiled are ignored. */
static void
describe_scopes(struct machine *machine, Dwarf_Die *scopes, int count, Dwarf_Addr address,
                line_sink_line *line, void *argument)
{
    for (int i = 0; i < count && machine->function == NULL; i++)
        if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
            machine->function = &scopes[i];
    for (int i = 0; i < count; i++) {
        if (is_function(&scopes[i]))
            describe_function(machine, &scopes[i], address, line, argument);
        if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
            break;
    }
}

void
arguments_lines(struct symbols *symbols, const struct arguments_of *of, line_sink_line *line,
                void *argument)
{
    struct machine machine = { .of = of };
    Dwarf_Die *scopes = NULL;
    Dwarf_Die innermost;
    Dwarf_Die *unit;
    Dwarf_Addr bias;
    int count;

    if (symbols == NULL || of->registers->count != REGISTERS_COUNT ||
        (machine.module = symbol_module(symbols, of->pc)) == NULL ||
        (unit = dwfl_module_addrdie(machine.module, of->pc, &bias)) == NULL ||
        dwarf_getscopes(unit, of->pc - bias, &scopes) <= 0)
        return;
    innermost = scopes[0];
    free(scopes);
    scopes = NULL;
    if ((count = dwarf_getscopes_die(&innermost, &scopes)) > 0)
        describe_scopes(&machine, scopes, count, of->pc - bias, line, argument);
    free(scopes);
}

void
arguments_registers(const struct registers *registers, line_sink_line *line, void *argument)
{
    char text[LINE_SIZE] = "";
    size_t length = 0;

    for (unsigned i = 0; registers->count == REGISTERS_COUNT && i < REGISTERS_COUNT; i++) {
        length +=
            (size_t)snprintf(text + length, sizeof(text) - length, "%s%s 0x%016" PRIx64,
                             length > 0 ? "  " : "", registers_name(i), registers->values[i]);
        if ((i + 1) % PER_LINE == 0 || i + 1 == REGISTERS_COUNT) {
            line(argument, text);
            length = 0;
        }
    }
}
