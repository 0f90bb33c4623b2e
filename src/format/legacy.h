/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * legacy: the two formats of gperftools, which `google-pprof` and `go tool pprof` read
 * together with the program. Neither has labels, so all workers are one. See gperftools,
 * "cpuprofile- fileformat" and "heapprofile".
 */
#ifndef FORMAT_LEGACY_H
#define FORMAT_LEGACY_H

#include <stdio.h>

#include "profile/profile.h"
#include "symbol/maps.h"

/* A CPU profile: binary words of the machine, then the mappings. Times are counted in
 * milliseconds: a period of 1 ms in the header, and as many "samples" as CPU time passed. */
void legacy_write_cpu(const struct profile *profile, const struct maps *maps, FILE *out);

/* A heap profile: text. The counts are estimates of the whole already, so it says
 * "heapprofile", of which tools take the numbers as they are. */
void legacy_write_heap(const struct profile *profile, const struct maps *maps, FILE *out);

#endif
