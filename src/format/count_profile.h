/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count_profile: how many there are of each kind, and a line about every one: a table for
 * people, and at the same time the text form of a count profile that `go tool pprof` reads
 * (lines of people are comments there; the kinds are frames, see marker.h).
 */
#ifndef FORMAT_COUNT_PROFILE_H
#define FORMAT_COUNT_PROFILE_H

#include <stdint.h>
#include <stdio.h>

#include "profile/marker.h"

void count_profile_begin(FILE *out, const char *name, uint64_t total);

/* A kind and how many of it there are; none: leaves it out. Lines that begin with "#\t" follow.
 */
void count_profile_group(FILE *out, enum marker kind, const char *what, uint64_t count);

/* The mappings that names are looked up by. 0 or a negative errno. */
int count_profile_end(FILE *out) __attribute__((warn_unused_result));

#endif
