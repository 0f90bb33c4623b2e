/* SPDX-License-Identifier: BSD-2-Clause */
/* Gzip: what zlib makes of it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/gzip.h"

static void
what_went_in_comes_out(void **state)
{
    static const size_t sizes[] = { 0, 1, 1000, 300000 };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *bytes = malloc(sizes[i] + 1);
        unsigned char *again = malloc(sizes[i] + 1);
        z_stream stream = { 0 };
        char *packed = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&packed, &size);

        for (size_t k = 0; k < sizes[i]; k++)
            bytes[k] = (unsigned char)(k * 2654435761u >> 24);
        assert_int_equal(gzip_write(bytes, sizes[i], out), 0);
        fclose(out);
        assert_memory_equal(packed, "\x1f\x8b", 2);
        assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
        stream.next_in = (unsigned char *)packed;
        stream.avail_in = (uInt)size;
        stream.next_out = again;
        stream.avail_out = (uInt)sizes[i] + 1;
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, sizes[i]);
        assert_memory_equal(bytes, again, sizes[i]);
        inflateEnd(&stream);
        free(packed);
        free(bytes);
        free(again);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_went_in_comes_out) };

    return cmocka_run_group_tests_name("gzip", tests, NULL, NULL);
}
