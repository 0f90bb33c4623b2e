/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pprof: a profile as profile.proto, compressed with gzip: the format that `go tool pprof` and
 * speedscope read. Names, files and lines are inside, so the program need not be at hand; each
 * sample has the labels worker, variant and object. See github.com/google/pprof, "proto".
 */
#ifndef FORMAT_PPROF_H
#define FORMAT_PPROF_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

/* preferred: the value to show unless another is asked for, or -1: the kind's own. 0, or a
 * negative errno; errors of out itself are left to ferror(3). */
int pprof_write(const struct profile *profile, int preferred, const struct maps *maps,
                struct symbols *symbols, FILE *out) __attribute__((warn_unused_result));

#endif
