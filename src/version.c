/* SPDX-License-Identifier: BSD-2-Clause */
/* version: see version.h. The lines are told apart by their first word, for scripts. */
#include "version.h"

#include <errno.h>
#include <http_parser.h>
#include <nettle/version.h>
#include <string.h>

#include "build.h"
#include "object/embed.h"
#include "object/media_type.h"
#include "sandbox/sandbox.h"
#include "worker/splice.h"
#include "worker/transmit.h"
#include <zlib.h>
#if HAVE_BROTLI
#include <brotli/encode.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif
#if HAVE_TCMALLOC
#include <gperftools/tcmalloc.h>
#endif

static void
print_libraries(FILE *out)
{
    unsigned long parser = http_parser_version();

    fprintf(out, "library http-parser %lu.%lu.%lu\n", parser >> 16 & 255, parser >> 8 & 255,
            parser & 255);
    fprintf(out, "library nettle %d.%d\n", NETTLE_VERSION_MAJOR, NETTLE_VERSION_MINOR);
    fprintf(out, "library zlib %s\n", zlibVersion());
#if HAVE_BROTLI
    fprintf(out, "library brotli %u.%u.%u\n", BrotliEncoderVersion() >> 24,
            BrotliEncoderVersion() >> 12 & 4095, BrotliEncoderVersion() & 4095);
#endif
#if HAVE_ZSTD
    fprintf(out, "library zstd %s\n", ZSTD_versionString());
#endif
#if HAVE_TCMALLOC
    fprintf(out, "library %s\n", tc_version(NULL, NULL, NULL));
#endif
}

static void
print_embedded(FILE *out)
{
    for (size_t i = 0; i < embed_count; i++) {
        const struct embed *embed = &embed_table[i];

        fprintf(out, "embedded %s %llu %s ", embed->name, (unsigned long long)embed->size,
                media_type_of(embed->name));
        for (size_t byte = 0; byte < sizeof(embed->digest); byte++)
            fprintf(out, "%02x", embed->digest[byte]);
        fputc('\n', out);
    }
}

/* Tried, for it depends on the kernel, on what it forbids, and on the user's other pipes. */
static void
print_transmit(FILE *out)
{
    struct splice_pipe pipe;
    const int error = splice_open(&pipe);

    if (error < 0)
        fprintf(out, "transmit auto: send; vmsplice: %s\n", strerror(-error));
    else
        fprintf(out,
                "transmit auto: send while a worker waits for events for at least %d %% of "
                "%d ms, else vmsplice over loopback; a pipe of %zu KiB each worker\n",
                100 / TRANSMIT_IDLE, TRANSMIT_WINDOW / 1000000, splice_capacity(&pipe) / 1024);
    splice_close(&pipe);
}

int
version_print(FILE *out)
{
    fprintf(out, "tiffd %s\n", PACKAGE_VERSION);
    fprintf(out, "built with %s\n", BUILD_FLAGS);
    print_libraries(out);
    fprintf(out, "sandbox %s\n", sandbox_support());
    fprintf(out, "probes %s\n", HAVE_SYS_SDT_H ? "usdt" : "none");
    print_transmit(out);
    print_embedded(out);
    return fflush(out) == 0 ? 0 : -errno;
}
