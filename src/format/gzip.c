/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip: zlib's deflate with a gzip wrapper, fast rather than small. */
#include "format/gzip.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#define GZIP_WINDOW (MAX_WBITS + 16) /* how zlib selects gzip */
#define CHUNK       16384

int
gzip_write(const void *bytes, size_t size, FILE *out)
{
    unsigned char chunk[CHUNK];
    z_stream stream = { 0 };
    int status;

    assert(size <= UINT_MAX);
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return -ENOMEM;
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    do {
        stream.next_out = chunk;
        stream.avail_out = sizeof(chunk);
        status = deflate(&stream, Z_FINISH);
        fwrite(chunk, 1, sizeof(chunk) - stream.avail_out, out);
    } while (status == Z_OK || status == Z_BUF_ERROR);
    deflateEnd(&stream);
    return 0;
}
