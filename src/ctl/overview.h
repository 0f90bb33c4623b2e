/* SPDX-License-Identifier: BSD-2-Clause */
/* overview: what "tiffctl status" prints about a daemon. */
#ifndef CTL_OVERVIEW_H
#define CTL_OVERVIEW_H

#include <stdio.h>

#include "ctl/rates.h"

/* Lines about the daemon and its last reload, from the reply to "status". */
void overview_head(const char *reply, FILE *out);

/* The same, and a table of workers for each generation. */
void overview_print(const char *reply, const struct rates *rates, FILE *out);

/* The columns of a worker, and their titles. label: in place of number and process, NULL:
 * these.
 */
void overview_titles(FILE *out);
void overview_row(const struct rates_row *row, const char *label, FILE *out);

/* The reply as JSON, with the memory of the workers. */
void overview_json_print(const char *reply, const struct rates *rates, FILE *out);

#endif
