/* SPDX-License-Identifier: BSD-2-Clause */
/* allocations: counts every call of malloc(3) and its kin in the program, libraries included.
 */
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct allocations {
    uint64_t count;
    uint64_t bytes; /* as asked for; what realloc(3) asks for counts whole */
};

/* Since the start of the program. */
struct allocations allocations_total(void);

/* False where a sanitizer owns malloc, and nothing is counted. */
bool allocations_counted(void);

#endif
