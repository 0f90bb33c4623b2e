/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pprof: a profile as profile.proto, compressed with gzip, for go tool pprof and speedscope. It
 * contains names, files and lines, so readers do not need the program. Samples have the labels
 * worker, variant and object. See github.com/google/pprof, "proto".
 */
#ifndef FORMAT_PPROF_H
#define FORMAT_PPROF_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"
#include "symbol/symbol.h"

/* preferred: the value that tools show by default, or -1: the default of the kind. 0, or a
 * negative errno; errors of out are left to ferror(3). */
int pprof_write(const struct profile *profile, int preferred, const struct maps *maps,
                struct symbols *symbols, FILE *out) __attribute__((warn_unused_result));

#endif
