/* SPDX-License-Identifier: BSD-2-Clause */
/* scopes: the entries of debug information (DIEs) that are around an address. */
#ifndef SYMBOL_SCOPES_H
#define SYMBOL_SCOPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>

/* Scopes around an address of the unit, innermost first, in the order of calls. Returns their
 * number, 0 if there are none; *scopes is to be freed in any case. */
int scopes_at(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **scopes)
    __attribute__((warn_unused_result));

/* Finds the function among them whose code is not inlined. */
bool scopes_function(const Dwarf_Die *scopes, int count, Dwarf_Die *function)
    __attribute__((warn_unused_result));

#endif
