/* SPDX-License-Identifier: BSD-2-Clause */
/* Which coding a request prefers (RFC 9110 section 12.5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/accept_encoding.h"
#include "http_request.h"

static const struct {
    const char *fields;
    enum coding chosen; /* of br, zstd and gzip */
    enum coding gzip;   /* of gzip alone */
} rows[] = {
    { "", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding:\r\n", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding: gzip\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: GZip\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: x-gzip\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: gzip, deflate, br, zstd\r\n", CODING_BR, CODING_GZIP },
    { "Accept-Encoding: zstd, gzip\r\n", CODING_ZSTD, CODING_GZIP },
    { "Accept-Encoding: gzip\r\nAccept-Encoding: br\r\n", CODING_BR, CODING_GZIP },
    { "Accept-Encoding: br;q=0.5, gzip;q=0.8\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: br;q=0.501, gzip;q=0.5\r\n", CODING_BR, CODING_GZIP },
    { "Accept-Encoding: br ; Q=0.1 , gzip;q=0\r\n", CODING_BR, CODING_IDENTITY },
    { "Accept-Encoding: *\r\n", CODING_BR, CODING_GZIP },
    { "Accept-Encoding: *;q=0.3, br;q=0\r\n", CODING_ZSTD, CODING_GZIP },
    { "Accept-Encoding: gzip;q=0.5, *\r\n", CODING_BR, CODING_IDENTITY },
    { "Accept-Encoding: *;q=0\r\n", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding: identity;q=0\r\n", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding: identity;q=0, *;q=0.1\r\n", CODING_BR, CODING_GZIP },
    { "Accept-Encoding: identity, gzip;q=0.9\r\n", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding: identity;q=0.5, gzip;q=0.5\r\n", CODING_GZIP, CODING_GZIP },
    /* what does not parse is not there */
    { "Accept-Encoding: br;q=2, gzip\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: br;q=1.001, gzip\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: br;q=0.5555, gzip;q=0.1\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: br;q=, gzip;q=0.1\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: br;x, gzip;q=0.1\r\n", CODING_GZIP, CODING_GZIP },
    { "Accept-Encoding: brotli, compress;q=1, gzipp\r\n", CODING_IDENTITY, CODING_IDENTITY },
    { "Accept-Encoding: ,;,\r\n", CODING_IDENTITY, CODING_IDENTITY },
};

static void
chooses_what_clients_prefer(void **state)
{
    static const enum coding all[] = { CODING_BR, CODING_ZSTD, CODING_GZIP };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;

        http_request_with(&request, "GET", rows[i].fields);
        assert_int_equal(accept_encoding_choose(&request, all, 3), rows[i].chosen);
        assert_int_equal(accept_encoding_choose(&request, all + 2, 1), rows[i].gzip);
        assert_int_equal(accept_encoding_choose(&request, all, 0), CODING_IDENTITY);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_what_clients_prefer),
    };

    return cmocka_run_group_tests_name("accept_encoding", tests, NULL, NULL);
}
