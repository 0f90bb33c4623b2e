/* SPDX-License-Identifier: BSD-2-Clause */
/* Percent-encoding of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "base/percent.h"

static void
encodes_what_no_path_may_have(void **state)
{
    static const struct {
        struct span path;
        const char *encoded;
    } rows[] = {
        { { "", 0 }, "" },
        { { "/a/b.c", 6 }, "/a/b.c" },
        { { "/-._~!$&'()*+,;=:@09AZ", 22 }, "/-._~!$&'()*+,;=:@09AZ" },
        { { "/a b", 4 }, "/a%20b" },
        { { "%?#[]\"<>\\^`{|}", 14 }, "%25%3F%23%5B%5D%22%3C%3E%5C%5E%60%7B%7C%7D" },
        { { "\xc3\xa9\xff\x01\x7f\0", 6 }, "%C3%A9%FF%01%7F%00" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[PERCENT_GROWTH * 32];
        const char *end = percent_encode(out, rows[i].path);

        assert_int_equal(end - out, strlen(rows[i].encoded));
        assert_memory_equal(out, rows[i].encoded, strlen(rows[i].encoded));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(encodes_what_no_path_may_have) };

    return cmocka_run_group_tests_name("percent", tests, NULL, NULL);
}
