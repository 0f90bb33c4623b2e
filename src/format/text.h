/* SPDX-License-Identifier: BSD-2-Clause */
/* text: a profile as the table that `go tool pprof -text` prints, for a terminal. */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

/* value: index of one of the kind's values. flat is a function's own value, cum includes all it
 * called. Functions below 0.5 % of the total in both are omitted and counted. For the heap, it
 * prints the sampling interval, and, without samples, how to get more. 0 or -ENOMEM; errors of
 * out are left to ferror(3). */
int text_write(const struct profile *profile, unsigned value, const struct maps *maps,
               struct symbols *symbols, FILE *out) __attribute__((warn_unused_result));

/* A value with a fitting unit: "1.50s", "512kB", "17". */
void text_format(int64_t value, const char *unit, char *text, size_t size);

#endif
