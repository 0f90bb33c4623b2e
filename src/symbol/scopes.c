/* SPDX-License-Identifier: BSD-2-Clause */
/* scopes: dwarf_getscopes() alone continues from an inlined function to where it was written
 * instead of to its caller. */
#include "symbol/scopes.h"

#include <dwarf.h>
#include <stdlib.h>

int
scopes_at(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **scopes)
{
    Dwarf_Die innermost;
    int count;

    *scopes = NULL;
    if ((count = dwarf_getscopes(unit, address, scopes)) <= 0)
        return 0;
    innermost = (*scopes)[0];
    free(*scopes);
    *scopes = NULL;
    count = dwarf_getscopes_die(&innermost, scopes);
    return count > 0 ? count : 0;
}

bool
scopes_function(const Dwarf_Die *scopes, int count, Dwarf_Die *function)
{
    for (int i = 0; i < count; i++) {
        *function = scopes[i];
        if (dwarf_tag(function) == DW_TAG_subprogram)
            return true;
    }
    return false;
}
