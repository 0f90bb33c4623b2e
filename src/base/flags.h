/* SPDX-License-Identifier: BSD-2-Clause */
/* flags: the options of a program as a table: what getopt_long(3) wants, and the help. */
#ifndef BASE_FLAGS_H
#define BASE_FLAGS_H

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#define FLAGS_MAX 32 /* of a program */

struct flag {
    int letter; /* above 255: there is none */
    const char *name;
    const char *argument; /* what the help calls it; "": none */
    const char *help;
};

struct flag_names {
    char letters[2 * FLAGS_MAX + 1]; /* "c:o:..." */
    struct option names[FLAGS_MAX + 1];
};

/* count: at most FLAGS_MAX. */
void flags_prepare(struct flag_names *names, const struct flag *table, size_t count);

/* A line for each. */
void flags_print_help(const struct flag *table, size_t count, FILE *out);

#endif
