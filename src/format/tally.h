/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally: how many there are of each kind, and a line about every one: a table for people, and
 * at the same time the text form of a count profile that `go tool pprof` reads (lines of people
 * are comments there; the kinds are frames, see marker.h).
 */
#ifndef FORMAT_TALLY_H
#define FORMAT_TALLY_H

#include <stdint.h>
#include <stdio.h>

#include "profile/marker.h"

void tally_begin(FILE *out, const char *name, uint64_t total);

/* A kind and how many of it there are; none: leaves it out. Lines that begin with "#\t" follow.
 */
void tally_group(FILE *out, enum marker kind, const char *what, uint64_t count);

/* The mappings that names are looked up by. 0 or a negative errno. */
int tally_end(FILE *out) __attribute__((warn_unused_result));

#endif
