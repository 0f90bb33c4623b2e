/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/octet: each class against its definition, for all 256 octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/octet.h"

static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct {
    enum octet_class class;
    const char *marks; /* besides letters and digits */
    bool letters;
    bool obs_text;
} rows[] = {
    { OCTET_TOKEN, "!#$%&'*+-.^_`|~", true, false },
    { OCTET_VALUE, "\t !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true, true },
    { OCTET_ETAG, "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true, true },
    { OCTET_PATH, "-._~!$&'()*+,;=:@/", true, false },
    { OCTET_QUERY, "-._~!$&'()*+,;=:@/?", true, false },
    { OCTET_REG_NAME, "-._~!$&'()*+,;=", true, false },
    { OCTET_DIGIT, "", false, false },
    { OCTET_HEX, "ABCDEFabcdef", false, false },
};

static void
test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (unsigned octet = 0; octet < 256; octet++) {
            const char *among = rows[i].letters ? alnum : "0123456789";
            bool wanted = octet && octet < 0x80 &&
                          (strchr(rows[i].marks, (int)octet) || strchr(among, (int)octet));

            wanted |= octet >= 0x80 && rows[i].obs_text;
            assert_int_equal(octet_is((char)octet, rows[i].class), wanted);
        }
}

static void
test_runs(void **state)
{
    (void)state;
    assert_int_equal(octet_run(SPAN("12a3"), OCTET_DIGIT), 2);
    assert_int_equal(octet_run(SPAN(""), OCTET_DIGIT), 0);
    assert_true(octet_all(SPAN("0123456789"), OCTET_DIGIT));
    assert_false(octet_all(SPAN("123 "), OCTET_DIGIT));
    assert_true(octet_all(SPAN(""), OCTET_DIGIT));
}

static void
test_hex(void **state)
{
    static const char digits[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(octet_hex(digits[i]), i);
        assert_int_equal(octet_hex(upper[i]), i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_hex),
    };

    return cmocka_run_group_tests_name("octet", tests, NULL, NULL);
}
