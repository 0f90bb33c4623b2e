/* SPDX-License-Identifier: BSD-2-Clause */
/* Which requests want a digest (RFC 9530 section 4, RFC 3230 section 4.3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/digest.h"
#include "http_request.h"

static const struct {
    const char *fields;
    bool wanted;
    bool formerly;
} rows[] = {
    { "", false, false },
    { "Want-Repr-Digest: sha-256=10\r\n", true, false },
    { "Want-Repr-Digest: sha-512=3, sha-256=10, unixsum=0\r\n", true, false },
    { "Want-Repr-Digest: sha-512=3\r\nWant-Repr-Digest: sha-256=1\r\n", true, false },
    { "Want-Repr-Digest: sha-256=0\r\n", false, false },
    { "Want-Repr-Digest: sha-256\r\n", false, false },
    { "Want-Repr-Digest: sha-2567=1\r\n", false, false },
    { "Want-Repr-Digest: sha-512=10\r\n", false, false },
    { "Want-Digest: sha-256\r\n", false, true },
    { "Want-Digest: MD5;q=0.3, SHA-256;q=1\r\n", false, true },
    { "Want-Digest: sha-256;q=0\r\n", false, false },
    { "Want-Digest: sha-512\r\n", false, false },
    { "Want-Digest: sha-256\r\nWant-Repr-Digest: sha-256=1\r\n", true, true },
};

static void
reads_wishes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;

        http_request_with(&request, "GET", rows[i].fields);
        assert_int_equal(digest_wanted(&request), rows[i].wanted);
        assert_int_equal(digest_wanted_formerly(&request), rows[i].formerly);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_wishes),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
