/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compress: one row of functions for each library. Windows are those that every decoder must
 * take: 8 MiB for zstd (RFC 9659), 4 MiB for br.
 */
#include "object/compress.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "build.h"
#if HAVE_BROTLI
#include <brotli/encode.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define GZIP_WINDOW (15 + 16) /* the largest, with a gzip header, see zlib.h */
#define GZIP_MEMORY 9

struct compress_ops {
    void *(*begin)(int level, uint64_t size);
    int (*add)(struct compress *compress, const void *bytes, size_t count, bool last);
    void (*end)(void *state);
};

/* --- gzip --------------------------------------------------------------------------------- */

static void *
gzip_begin(int level, uint64_t size)
{
    z_stream *stream = calloc(1, sizeof(*stream));

    (void)size;
    if (stream && deflateInit2(stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                               Z_DEFAULT_STRATEGY) == Z_OK)
        return stream;
    free(stream);
    return NULL;
}

/* zlib counts in 32 bits. */
static int
gzip_add(struct compress *compress, const void *bytes, size_t count, bool last)
{
    z_stream *stream = compress->state;
    int result = Z_OK;

    stream->next_in = (Bytef *)(uintptr_t)bytes;
    stream->avail_in = (uInt)count;
    while (result == Z_OK && (stream->avail_in > 0 || last)) {
        const uint64_t space = compress->capacity - compress->length;
        const uInt offered = space < UINT_MAX ? (uInt)space : UINT_MAX;

        if (offered == 0)
            return -ENOSPC;
        stream->next_out = compress->target + compress->length;
        stream->avail_out = offered;
        result = deflate(stream, last ? Z_FINISH : Z_NO_FLUSH);
        compress->length += offered - stream->avail_out;
    }
    return result == Z_OK || result == Z_STREAM_END ? 0 : -ENOSPC;
}

static void
gzip_end(void *state)
{
    deflateEnd(state);
    free(state);
}

static const struct compress_ops gzip_ops = { gzip_begin, gzip_add, gzip_end };

/* --- zstd --------------------------------------------------------------------------------- */

#if HAVE_ZSTD
static void *
zstd_begin(int level, uint64_t size)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();

    if (context == NULL)
        return NULL;
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    if (size > 0)
        ZSTD_CCtx_setPledgedSrcSize(context, size);
    return context;
}

static int
zstd_add(struct compress *compress, const void *bytes, size_t count, bool last)
{
    ZSTD_inBuffer in = { bytes, count, 0 };
    ZSTD_outBuffer out = { compress->target, compress->capacity, compress->length };
    size_t rest;

    do {
        if (out.pos == out.size)
            return -ENOSPC;
        rest = ZSTD_compressStream2(compress->state, &out, &in,
                                    last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(rest))
            return -ENOMEM;
    } while (in.pos < in.size || (last && rest > 0));
    compress->length = out.pos;
    return 0;
}

static void
zstd_end(void *state)
{
    ZSTD_freeCCtx(state);
}

static const struct compress_ops zstd_ops = { zstd_begin, zstd_add, zstd_end };
#define ZSTD_OPS &zstd_ops
#else
#define ZSTD_OPS NULL
#endif

/* --- br ----------------------------------------------------------------------------------- */

#if HAVE_BROTLI
static void *
br_begin(int level, uint64_t size)
{
    BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);

    if (state == NULL)
        return NULL;
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, (uint32_t)level);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT,
                              size < UINT32_MAX / 4 ? (uint32_t)size : UINT32_MAX / 4);
    return state;
}

static int
br_add(struct compress *compress, const void *bytes, size_t count, bool last)
{
    const uint8_t *in = bytes;

    do {
        size_t space = compress->capacity - compress->length;
        const size_t offered = space;
        uint8_t *out = compress->target + compress->length;

        if (space == 0)
            return -ENOSPC;
        if (!BrotliEncoderCompressStream(compress->state,
                                         last ? BROTLI_OPERATION_FINISH
                                              : BROTLI_OPERATION_PROCESS,
                                         &count, &in, &space, &out, NULL))
            return -ENOMEM;
        compress->length += offered - space;
    } while (count > 0 || (last && !BrotliEncoderIsFinished(compress->state)));
    return 0;
}

static void
br_end(void *state)
{
    BrotliEncoderDestroyInstance(state);
}

static const struct compress_ops br_ops = { br_begin, br_add, br_end };
#define BR_OPS &br_ops
#else
#define BR_OPS NULL
#endif

/* --- all ---------------------------------------------------------------------------------- */

static const struct compress_ops *const libraries[CODING_COUNT] = {
    [CODING_BR] = BR_OPS,
    [CODING_ZSTD] = ZSTD_OPS,
    [CODING_GZIP] = &gzip_ops,
};

int
compress_begin(struct compress *compress, const struct coding_item *item, uint64_t size,
               void *target, uint64_t capacity)
{
    *compress = (struct compress){ .ops = libraries[item->coding],
                                   .target = target,
                                   .capacity = capacity };
    if (compress->ops)
        compress->state = compress->ops->begin(item->level, size);
    return compress->state ? 0 : -ENOMEM;
}

int
compress_add(struct compress *compress, const void *bytes, size_t count, bool last)
{
    return compress->ops->add(compress, bytes, count, last);
}

void
compress_end(struct compress *compress)
{
    if (compress->state)
        compress->ops->end(compress->state);
    compress->state = NULL;
}
