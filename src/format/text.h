/* SPDX-License-Identifier: BSD-2-Clause */
/* text: a profile as the table that `go tool pprof -text` prints, for a terminal. */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

/* value: which of the kind's values. A function's flat value is its own, cum that of all it
 * called, too. Functions below 0.5 % of the total in both are left out, and it says how many.
 * For the heap it says how much is allocated for each sample, and how to get more when there is
 * none. 0 or -ENOMEM; errors of out itself are left to ferror(3). */
int text_write(const struct profile *profile, unsigned value, const struct maps *maps,
               struct symbols *symbols, FILE *out) __attribute__((warn_unused_result));

/* A value with a fitting unit: "1.50s", "512kB", "17". */
void text_format(int64_t value, const char *unit, char *text, size_t size);

#endif
