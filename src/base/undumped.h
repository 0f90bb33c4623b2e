/* SPDX-License-Identifier: BSD-2-Clause */
/* undumped: memory for bytes of objects that pass through: a core file has no use for them. */
#ifndef BASE_UNDUMPED_H
#define BASE_UNDUMPED_H

#include <stddef.h>

/* size bytes on pages of their own, left out of core(5), not zeroed; NULL without memory. Free
 * with undumped_free(), which needs the same size. */
void *undumped_alloc(size_t size) __attribute__((warn_unused_result));
void undumped_free(void *memory, size_t size);

#endif
