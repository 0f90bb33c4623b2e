/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count_profile: counts by kind, and a line for each item: a table for people that is also the
 * text form of a count profile for go tool pprof, which takes the lines for comments and the
 * kinds for frames (marker.h).
 */
#ifndef FORMAT_COUNT_PROFILE_H
#define FORMAT_COUNT_PROFILE_H

#include <stdint.h>
#include <stdio.h>

#include "profile/marker.h"

void count_profile_begin(FILE *out, const char *name, uint64_t total);

/* Writes a kind and its count; nothing if that is 0. Lines that begin with "#\t" may follow. */
void count_profile_group(FILE *out, enum marker kind, const char *what, uint64_t count);

/* Writes the mappings, with which tools look up names. 0 or a negative errno. */
int count_profile_end(FILE *out) __attribute__((warn_unused_result));

#endif
