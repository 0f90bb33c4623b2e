/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * residency: how much of a file is in memory. If the kernel does not tell, the answer is
 * "unknown", never a guess. Whole pages are counted.
 */
#ifndef BASE_RESIDENCY_H
#define BASE_RESIDENCY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of that part of the file that are in the page cache, be it for a disk or a memfd: by
 * cachestat(2), or mincore(2) before Linux 6.5. False: unknown, as for who neither owns the
 * file nor may write it. */
bool residency_of_file(int fd, uint64_t offset, uint64_t length, uint64_t *bytes)
    __attribute__((warn_unused_result));

/* The same by mincore(2) alone. */
bool residency_by_mincore(int fd, uint64_t offset, uint64_t length, uint64_t *bytes)
    __attribute__((warn_unused_result));

#endif
