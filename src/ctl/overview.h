/* SPDX-License-Identifier: BSD-2-Clause */
/* overview: what "tiffctl status" prints, from two looks at a daemon (see
 * master/control_status.h).
 */
#ifndef CTL_OVERVIEW_H
#define CTL_OVERVIEW_H

#include <stdio.h>

/* A table for people; rates are those between the first look and the second. */
void overview_print(const char *first, const char *second, FILE *out);

/* The second look as JSON. */
void overview_print_json(const char *second, FILE *out);

#endif
