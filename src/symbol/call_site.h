/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_site: what a caller passed (DWARF 5, section 3.4). Compilers note there how the caller
 * can compute it again, for parameters that the called function did not keep.
 */
#ifndef SYMBOL_CALL_SITE_H
#define SYMBOL_CALL_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "symbol/expression.h"

/* An expression_entry. */
bool call_site_entry(const struct expression_scope *scope, unsigned number, uint64_t *value)
    __attribute__((warn_unused_result));

#endif
