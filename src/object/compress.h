/* SPDX-License-Identifier: BSD-2-Clause */
/* compress: compresses bytes piece by piece into memory of a fixed size, with libbrotlienc,
 * libzstd and zlib. The same bytes and level give the same result. */
#ifndef OBJECT_COMPRESS_H
#define OBJECT_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/coding.h"

struct compress_ops;

struct compress {
    const struct compress_ops *ops;
    void *state; /* the library's */
    unsigned char *target;
    uint64_t capacity;
    uint64_t length; /* written so far */
};

/* item: a coding that this program was built with, and a level. size: of all that will be
 * added; 0: unknown. 0 or -ENOMEM; compress_end() frees. */
int compress_begin(struct compress *compress, const struct coding_item *item, uint64_t size,
                   void *target, uint64_t capacity) __attribute__((warn_unused_result));

/* last: the end. 0; -ENOSPC: the result does not fit; -ENOMEM. */
int compress_add(struct compress *compress, const void *bytes, size_t count, bool last)
    __attribute__((warn_unused_result));

void compress_end(struct compress *compress);

#endif
