/* SPDX-License-Identifier: BSD-2-Clause */
/* flags: see flags.h. */
#include "base/flags.h"

#include <limits.h>

void
flags_prepare(struct flag_names *names, const struct flag *table, size_t count)
{
    char *at = names->letters;

    for (size_t i = 0; i < count; i++) {
        const int takes = table[i].argument[0] != '\0';

        if (table[i].letter <= UCHAR_MAX) {
            *at++ = (char)table[i].letter;
            if (takes)
                *at++ = ':';
        }
        names->names[i] = (struct option){ .name = table[i].name,
                                           .has_arg = takes ? required_argument : no_argument,
                                           .val = table[i].letter };
    }
    *at = '\0';
    names->names[count] = (struct option){ 0 };
}

void
flags_print_help(const struct flag *table, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        char letter[4] = "";
        char text[64];

        if (table[i].letter <= UCHAR_MAX)
            snprintf(letter, sizeof(letter), "-%c,", table[i].letter);
        snprintf(text, sizeof(text), "%-3s --%s %s", letter, table[i].name, table[i].argument);
        fprintf(out, "  %-30s %s\n", text, table[i].help);
    }
}
