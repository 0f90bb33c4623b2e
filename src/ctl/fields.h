/* SPDX-License-Identifier: BSD-2-Clause */
/* fields: lines "NAME=VALUE NAME=VALUE ..." of the control socket. Pure. */
#ifndef CTL_FIELDS_H
#define CTL_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Takes the next line off text; false at its end. */
bool fields_next_line(struct span *text, struct span *line) __attribute__((warn_unused_result));

/* Takes the next field off a line. A value ends at a blank, except for a text or a path, which
 * comes last and may contain blanks. */
bool fields_next(struct span *line, struct span *name, struct span *value)
    __attribute__((warn_unused_result));

/* The value of a name in a line; empty if it is missing. */
struct span fields_find(struct span line, const char *name) __attribute__((pure));
uint64_t fields_number(struct span line, const char *name) __attribute__((pure));

#endif
