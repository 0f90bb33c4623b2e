/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments: caller.h finds the frames. What a function did not keep is looked up where its
 * caller noted what it passed (call_site.h).
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

#include "symbol/call_site.h"
#include "symbol/caller.h"
#include "symbol/expression.h"
#include "symbol/frame.h"
#include "symbol/scopes.h"

#define FRAMES    32
#define LINE_SIZE 512
#define PER_LINE  4 /* registers */
#define VALUE     32

/* A function of one frame, and where its lines go. */
struct described {
    struct expression_scope scope;
    Dwarf_Die function; /* of the scope */
    Dwarf_Addr address; /* the place, as the module's debug information counts it */
    line_sink_line *line;
    void *argument;
};

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
format_number(Dwarf_Die *type, uint64_t value, char text[static VALUE])
{
    const int bytes = dwarf_bytesize(type);
    const unsigned spare = bytes > 0 && bytes < 8 ? 64 - 8 * (unsigned)bytes : 0;
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;

    (void)dwarf_formudata(dwarf_attr(type, DW_AT_encoding, &attribute), &encoding);
    if (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char)
        snprintf(text, VALUE, "%" PRId64, (int64_t)(value << spare) >> spare);
    else if (encoding == DW_ATE_unsigned || encoding == DW_ATE_unsigned_char ||
             encoding == DW_ATE_boolean || dwarf_tag(type) == DW_TAG_enumeration_type)
        snprintf(text, VALUE, "%" PRIu64, value << spare >> spare);
    else
        snprintf(text, VALUE, "0x%" PRIx64, value << spare >> spare);
}

/* Structures and the like are more than one value. */
static bool
is_compound(Dwarf_Die *type)
{
    const int tag = dwarf_tag(type);

    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_array_type || tag == DW_TAG_class_type;
}

static void
format_value(Dwarf_Die *parameter, uint64_t value, char text[static VALUE])
{
    Dwarf_Die type;

    if (!type_of(parameter, &type))
        snprintf(text, VALUE, "0x%" PRIx64, value);
    else if (is_compound(&type))
        snprintf(text, VALUE, "{...}");
    else
        format_number(&type, value, text);
}

static bool
evaluate(const struct described *function, Dwarf_Die *parameter, uint64_t *value)
{
    Dwarf_Attribute attribute;
    Dwarf_Sword constant;

    if (dwarf_formsdata(dwarf_attr_integrate(parameter, DW_AT_const_value, &attribute),
                        &constant) == 0) {
        *value = (uint64_t)constant;
        return true;
    }
    return expression_value(&function->scope,
                            dwarf_attr_integrate(parameter, DW_AT_location, &attribute),
                            function->address, value);
}

static void
describe_parameter(const struct described *function, Dwarf_Die *parameter, FILE *out)
{
    const char *name = dwarf_diename(parameter);
    char text[VALUE] = "<optimized out>";
    uint64_t value;

    if (evaluate(function, parameter, &value))
        format_value(parameter, value, text);
    fprintf(out, "%s=%s", name ? name : "?", text);
}

/* die: the function itself, or one that is inlined in it. */
static void
describe_function(const struct described *function, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);
    const char *before = ": ";
    char text[LINE_SIZE];
    FILE *out = fmemopen(text, sizeof(text), "w");
    Dwarf_Die child;

    if (out == NULL)
        return;
    fprintf(out, "arguments of %s", name ? name : "?");
    for (int more = dwarf_child(die, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
        if (dwarf_tag(&child) != DW_TAG_formal_parameter)
            continue;
        fputs(before, out);
        describe_parameter(function, &child, out);
        before = ", ";
    }
    fclose(out);
    text[sizeof(text) - 1] = '\0';
    if (before[0] == ',')
        function->line(function->argument, text);
}

/* scopes: innermost first; those outside the function that was compiled are ignored. */
static void
describe_scopes(struct described *described, Dwarf_Die *scopes, int count)
{
    if (!scopes_function(scopes, count, &described->function))
        return;
    for (int i = 0; i < count; i++) {
        const int tag = dwarf_tag(&scopes[i]);

        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
            describe_function(described, &scopes[i]);
        if (tag == DW_TAG_subprogram)
            break;
    }
}

static void
describe_frame(const struct frame *frame, line_sink_line *line, void *argument)
{
    struct described described = {
        .scope = { frame, &described.function, call_site_entry },
        .line = line,
        .argument = argument,
    };
    Dwarf_Die *scopes = NULL;
    Dwarf_Die *unit;
    Dwarf_Addr bias;
    int count;

    if (frame->module == NULL ||
        (unit = dwfl_module_addrdie(frame->module, frame->place, &bias)) == NULL)
        return;
    described.address = frame->place - bias;
    count = scopes_at(unit, described.address, &scopes);
    describe_scopes(&described, scopes, count);
    free(scopes);
}

void
arguments_lines(struct symbols *symbols, const struct registers *registers,
                const struct stack_top *top, line_sink_line *line, void *argument)
{
    struct frame frames[FRAMES];
    bool whole = true;
    const size_t count =
        symbols ? caller_frames(symbols, registers, top, frames, FRAMES, &whole) : 0;

    for (size_t i = 0; i < count; i++)
        describe_frame(&frames[i], line, argument);
    if (count > 0 && !whole)
        line(argument, count == FRAMES
                           ? "arguments of other callers are left out"
                           : "arguments of other callers are unknown: the stack is damaged, or "
                             "too little of it was recorded");
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
