/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets: the path of an accepted one is what a second, simpler normalisation makes of it. */
#include "fuzz.h"

#include <string.h>

#include "http/octet.h"
#include "http/target.h"

/* Decodes into a buffer with space; an encoded slash becomes NUL. */
static size_t
decode_plainly(struct span path, char *out)
{
    size_t length = 0;

    for (size_t i = 0; i < path.length; i++) {
        unsigned octet = (unsigned char)path.at[i];

        if (octet == '%') {
            FUZZ_CHECK(i + 2 < path.length);
            octet = octet_hex(path.at[i + 1]) * 16 + octet_hex(path.at[i + 2]);
            FUZZ_CHECK(octet != 0);
            octet = octet == '/' ? 0 : octet;
            i += 2;
        }
        out[length++] = (char)octet;
    }
    return length;
}

/* Segment by segment: a stack of where each began. */
static size_t
normalise_plainly(struct span path, char *out)
{
    size_t *starts = calloc(path.length + 1, sizeof(*starts));
    struct span rest = { path.at + 1, path.length - 1 };
    size_t depth = 0;
    size_t length = 0;
    bool last = false;

    while (!last) {
        struct span segment = span_cut(&rest, '/');
        bool dots = span_equal(segment, SPAN(".")) || span_equal(segment, SPAN(".."));

        last = rest.at == NULL;
        if (segment.length == 2 && dots && depth > 0)
            length = starts[--depth];
        if (!dots)
            starts[depth++] = length;
        if (!dots || last)
            out[length++] = '/';
        if (!dots && segment.length)
            length = (size_t)((char *)mempcpy(out + length, segment.at, segment.length) - out);
    }
    free(starts);
    return length;
}

static void
check_path(struct span target)
{
    const struct span path = target_path(target);
    char *scratch = malloc(path.length + 1);
    char *decoded = malloc(path.length + 1);
    char *plain = malloc(path.length + 1);
    const struct span found = target_normalise(path, scratch);
    size_t length = 1;

    FUZZ_CHECK(path.length == 0 || path.at[0] == '/');
    plain[0] = '/';
    if (path.length > 0)
        length =
            normalise_plainly((struct span){ decoded, decode_plainly(path, decoded) }, plain);
    FUZZ_CHECK(span_equal(found, (struct span){ plain, length }));
    free(plain);
    free(decoded);
    free(scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum method methods[] = { METHOD_GET, METHOD_OPTIONS, METHOD_CONNECT,
                                           METHOD_KNOWN };
    char *bytes = fuzz_copy(data, size);
    struct span target = { bytes, size };

    for (size_t i = 0; i < sizeof(methods) / sizeof(*methods) && size > 0; i++) {
        if (target_check(target, methods[i]) != REFUSAL_NONE)
            continue;
        FUZZ_CHECK(memchr(bytes, '\0', size) == NULL && memchr(bytes, ' ', size) == NULL);
        FUZZ_CHECK(memchr(bytes, '#', size) == NULL && memchr(bytes, '\r', size) == NULL);
        if (methods[i] != METHOD_CONNECT && !span_equal(target, SPAN("*")))
            check_path(target);
    }
    free(bytes);
    return 0;
}
