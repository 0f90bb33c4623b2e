/* SPDX-License-Identifier: BSD-2-Clause */
/* nodump: memory for bytes of objects in transit, left out of core files. */
#ifndef BASE_NODUMP_H
#define BASE_NODUMP_H

#include <stddef.h>

/* size bytes on pages of their own, left out of core(5), not zeroed; NULL without memory. Free
 * with nodump_free(), which needs the same size. */
void *nodump_alloc(size_t size) __attribute__((warn_unused_result));
void nodump_free(void *memory, size_t size);

#endif
