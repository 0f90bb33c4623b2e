/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * legacy: the two formats of gperftools, which google-pprof and go tool pprof read together
 * with the program. They have no labels, so all workers are merged. See gperftools,
 * "cpuprofile- fileformat" and "heapprofile".
 */
#ifndef FORMAT_LEGACY_H
#define FORMAT_LEGACY_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"

/* Writes a CPU profile: binary words in native byte order, then the mappings. Times are in
 * milliseconds: the header has a period of 1 ms, and each ms of CPU time counts as a
 * "sample". */
void legacy_write_cpu(const struct profile *profile, const struct maps *maps, FILE *out);

/* Writes a heap profile as text. The counts already are estimates, so the header says
 * "heapprofile", for which tools do not scale them. */
void legacy_write_heap(const struct profile *profile, const struct maps *maps, FILE *out);

#endif
