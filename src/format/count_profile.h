/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count_profile: counts by kind, and a line about each item: a table for people that is also
 * the text form of a count profile, which `go tool pprof` reads (the lines are comments there,
 * the kinds are frames, see marker.h).
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
