/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/authority. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/authority.h"

static const char *const valid[] = {
    "a",
    "localhost",
    "example.com",
    "example.com.",
    "EXAMPLE.com:8080",
    "127.0.0.1",
    "999.1.2.3",
    "a:",
    "a:0",
    "a:65535",
    "a:00080",
    "a_b",
    "a,b",
    "ex%41mple",
    "%e2%82%ac.example",
    "[::1]",
    "[::1]:80",
    "[2001:db8::7]:",
    "[::ffff:192.0.2.1]",
    "[v1.a:b]",
    "-",
    "~",
};

static const char *const invalid[] = {
    "",          ":",
    ":80",       "a:65536",
    "a:99999",   "a:4294967376",
    "a:-1",      "a:8a",
    "a:80:80",   "a b",
    "a/",        "a?b",
    "a#b",       "u@a",
    "a\\b",      "a\"b",
    "a<b",       "a|b",
    "a^b",       "{a}",
    "a%",        "a%4",
    "a%zz",      "a%00",
    "[]",        "[::1",
    "::1",       "[::1]a",
    "[::1]]",    "[:::1]",
    "[1.2.3.4]", "[::1%25eth0]",
    "[v.a]",     "[v1.]",
    "[v1a]",     "[g::1]",
    "\xc3\xa9",  "[0000:0000:0000:0000:0000:0000:0000:0000:0000:00]",
};

/* inet_pton(3) would not see what comes behind. */
static void
test_nul_in_an_address(void **state)
{
    (void)state;
    assert_false(authority_valid(SPAN("[::1\0]")));
    assert_false(authority_valid(SPAN("[::1\0\x01@]")));
    assert_false(authority_valid_with_port(SPAN("[::1\0@]:443")));
}

static void
test_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid); i++) {
        if (!authority_valid(span_of(valid[i])))
            fail_msg("%s is valid", valid[i]);
    }
}

static void
test_invalid(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(invalid); i++) {
        if (authority_valid(span_of(invalid[i])))
            fail_msg("%s is not valid", invalid[i]);
    }
}

static void
test_with_port(void **state)
{
    (void)state;
    assert_true(authority_valid_with_port(SPAN("a:1")));
    assert_true(authority_valid_with_port(SPAN("[::1]:443")));
    assert_false(authority_valid_with_port(SPAN("a")));
    assert_false(authority_valid_with_port(SPAN("a1")));
    assert_false(authority_valid_with_port(SPAN("a:")));
    assert_false(authority_valid_with_port(SPAN("[::1]")));
    assert_false(authority_valid_with_port(SPAN(":443")));
    assert_false(authority_valid_with_port(SPAN("/")));
    assert_false(authority_valid_with_port(SPAN("")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nul_in_an_address),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_with_port),
    };

    return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
