/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_base64: encoding a chunk as the streaming variant sends it, and a small one. Exports
 * its table. Asserts when the length is wrong.
 */
#include <assert.h>

#include "bench.h"
#include "object/base64.h"

enum { LARGE = 192 * 1024, SMALL = 48 };

static unsigned char in[LARGE];
static char out[LARGE / 3 * 4];

static void
encode(struct bench *bench, size_t size)
{
    for (size_t i = 0; i < size; i++)
        in[i] = (unsigned char)(i * 7);
    bench->bytes = size;
    bench_reset();
    for (uint64_t i = 0; i < bench->n; i++) {
        size_t length = base64_encode(out, in, size);

        assert(length == size / 3 * 4);
        bench_keep((uint64_t)out[length - 1]);
    }
}

static void
run_small(struct bench *bench)
{
    encode(bench, SMALL);
}

static void
run_large(struct bench *bench)
{
    encode(bench, LARGE);
}

const struct benchmark bench_base64[] = {
    { "Base64Small", run_small },
    { "Base64Large", run_large },
    { NULL, NULL },
};
