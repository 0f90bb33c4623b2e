/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_site: a value is used only if the call is to the function that runs. After a tail call,
 * it is another one, and a function that calls itself that way may have other arguments by now.
 *
 * Known weakness: two functions that enter each other by tail calls are not recognised.
 */
#include "symbol/call_site.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "symbol/scopes.h"

/* The attribute of DWARF 5, or what GCC had before. */
static Dwarf_Attribute *
call_site_attribute(Dwarf_Die *die, unsigned name, unsigned old, Dwarf_Attribute *attribute)
{
    Dwarf_Attribute *found = dwarf_attr(die, name, attribute);

    return found ? found : dwarf_attr(die, old, attribute);
}

static bool
is_call(Dwarf_Die *die)
{
    return dwarf_tag(die) == DW_TAG_call_site || dwarf_tag(die) == DW_TAG_GNU_call_site;
}

static bool
is_tail_call(Dwarf_Die *site)
{
    Dwarf_Attribute attribute;
    bool flag = false;

    return dwarf_formflag(call_site_attribute(site, DW_AT_call_tail_call, DW_AT_GNU_tail_call,
                                              &attribute),
                          &flag) == 0 &&
           flag;
}

/* --- which call --------------------------------------------------------------------------- */

/* Finds the first call in the function for which matches() is true. */
static bool
find_call(Dwarf_Die *parent, bool (*matches)(Dwarf_Die *site, const void *wanted),
          const void *wanted, Dwarf_Die *site)
{
    Dwarf_Die child;
    int more;

    for (more = dwarf_child(parent, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
        const int tag = dwarf_tag(&child);

        if (is_call(&child) && matches(&child, wanted)) {
            *site = child;
            return true;
        }
        if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
            find_call(&child, matches, wanted, site))
            return true;
    }
    return false;
}

static bool
returns_to(Dwarf_Die *site, const void *wanted)
{
    Dwarf_Attribute attribute;
    Dwarf_Addr address;

    return dwarf_formaddr(call_site_attribute(site, DW_AT_call_return_pc, DW_AT_low_pc,
                                              &attribute),
                          &address) == 0 &&
           address == *(const Dwarf_Addr *)wanted;
}

/* The function that is called directly; NULL: through a pointer. */
static const char *
called(Dwarf_Die *site)
{
    Dwarf_Attribute attribute;
    Dwarf_Die function;

    if (dwarf_formref_die(call_site_attribute(site, DW_AT_call_origin, DW_AT_abstract_origin,
                                              &attribute),
                          &function) == NULL)
        return NULL;
    return dwarf_diename(&function);
}

/* A tail call to this function, or to one that is not known. */
static bool
may_reenter(Dwarf_Die *site, const void *wanted)
{
    const char *name = called(site);

    return is_tail_call(site) && (name == NULL || strcmp(name, wanted) == 0);
}

/* --- the caller --------------------------------------------------------------------------- */

struct call_context {
    struct expression_scope scope; /* of the caller */
    Dwarf_Die function;            /* of the caller */
    Dwarf_Die site;
    Dwarf_Addr place; /* as the caller's debug information counts it */
};

static bool
find_site(const struct frame *frame, struct call_context *call)
{
    const struct frame *caller = frame->caller;
    Dwarf_Die *scopes = NULL;
    Dwarf_Addr bias;
    Dwarf_Addr back;
    Dwarf_Die *unit;
    bool found;
    int count;

    if (caller == NULL || caller->module == NULL ||
        (unit = dwfl_module_addrdie(caller->module, caller->place, &bias)) == NULL)
        return false;
    call->place = caller->place - bias;
    back = call->place + 1;
    count = scopes_at(unit, call->place, &scopes);
    found = scopes_function(scopes, count, &call->function) &&
            find_call(&call->function, returns_to, &back, &call->site);
    free(scopes);
    call->scope = (struct expression_scope){ caller, &call->function, call_site_entry };
    return found;
}

/* Through a pointer: does it point to the function? */
static bool
calls_indirectly(struct call_context *call, const struct expression_scope *callee)
{
    struct expression_result target;
    Dwarf_Attribute attribute;
    Dwarf_Addr entry;
    Dwarf_Addr bias;
    Dwarf_Op *ops;
    size_t count;

    return dwfl_module_getdwarf(callee->frame->module, &bias) != NULL &&
           dwarf_entrypc(callee->function, &entry) == 0 &&
           dwarf_getlocation(call_site_attribute(&call->site, DW_AT_call_target,
                                                 DW_AT_GNU_call_site_target, &attribute),
                             &ops, &count) == 0 &&
           expression_run(&call->scope, &attribute, ops, count, &target) &&
           target.value == entry + bias;
}

static bool
calls(struct call_context *call, const struct expression_scope *callee)
{
    const char *name = dwarf_diename(callee->function);
    const char *origin = called(&call->site);
    Dwarf_Die tail;

    if (name == NULL || is_tail_call(&call->site) ||
        find_call(callee->function, may_reenter, name, &tail))
        return false;
    return origin ? strcmp(origin, name) == 0 : calls_indirectly(call, callee);
}

/* --- what it passes ----------------------------------------------------------------------- */

static bool
is_in_register(Dwarf_Die *parameter, unsigned number)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *ops;
    size_t count;

    return (dwarf_tag(parameter) == DW_TAG_call_site_parameter ||
            dwarf_tag(parameter) == DW_TAG_GNU_call_site_parameter) &&
           dwarf_getlocation(dwarf_attr(parameter, DW_AT_location, &attribute), &ops, &count) ==
               0 &&
           count == 1 && ops[0].atom == DW_OP_reg0 + number;
}

static bool
passes(struct call_context *call, unsigned number, uint64_t *value)
{
    struct expression_result result;
    Dwarf_Attribute attribute;
    Dwarf_Die child;
    Dwarf_Op *ops;
    size_t count;
    int more = dwarf_child(&call->site, &child);

    while (more == 0 && !is_in_register(&child, number))
        more = dwarf_siblingof(&child, &child);
    if (more != 0 ||
        dwarf_getlocation(call_site_attribute(&child, DW_AT_call_value,
                                              DW_AT_GNU_call_site_value, &attribute),
                          &ops, &count) != 0 ||
        !expression_run(&call->scope, &attribute, ops, count, &result))
        return false;
    *value = result.value;
    return true;
}

bool
call_site_entry(const struct expression_scope *scope, unsigned number, uint64_t *value)
{
    struct call_context call;

    return scope->function && find_site(scope->frame, &call) && calls(&call, scope) &&
           passes(&call, number, value);
}
