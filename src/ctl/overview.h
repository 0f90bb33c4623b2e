/* SPDX-License-Identifier: BSD-2-Clause */
/* overview: the output of "tiffctl status". */
#ifndef CTL_OVERVIEW_H
#define CTL_OVERVIEW_H

#include <stdio.h>

#include "ctl/rates.h"

/* Prints lines about the daemon and its last reload, from the reply to "status". */
void overview_head(const char *reply, FILE *out);

/* The same, followed by a table of workers for each generation. */
void overview_print(const char *reply, const struct rates *rates, FILE *out);

/* Prints the titles of a worker's columns, and a worker. label: replaces number and process;
 * NULL: prints these. */
void overview_titles(FILE *out);
void overview_row(const struct rates_row *row, const char *label, FILE *out);

/* Prints the reply as JSON, with the memory of the workers. */
void overview_json_print(const char *reply, const struct rates *rates, FILE *out);

#endif
