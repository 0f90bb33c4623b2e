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

static const struct {
    const char *authority;
    const char *host;
    bool known;
} rows[] = {
    { "maps.example", "maps.example", true },
    { "maps.example:", "maps.example", true },
    { "MAPS.example:8080", "MAPS.example", true },
    { "maps.example.", "maps.example.", true },
    { "maps.example.:80", "maps.example.", true },
    { "maps.example..", "maps.example..", false },
    { "dot.example", "dot.example", true },
    { "a.maps.example", "a.maps.example", false },
    { "maps", "maps", false },
    { "192.0.2.1:80", "192.0.2.1", true },
    { "[2001:db8::1]:80", "[2001:db8::1]", true },
    { "[2001:db8::1]", "[2001:db8::1]", true },
    { "[2001:db8::2]", "[2001:db8::2]", false },
    { ":80", "", false },
    { "80", "80", false },
    { ".", ".", false },
    { "", "", false },
};

static void
hosts_are_compared_without_ports(void **state)
{
    char *const hosts[] = { (char[]){ "maps.example" }, (char[]){ "192.0.2.1" },
                            (char[]){ "[2001:DB8::1]" }, (char[]){ "dot.example." } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct span host = authority_host(span_of(rows[i].authority));

        assert_true(span_equal(host, span_of(rows[i].host)));
        assert_int_equal(authority_is_among(span_of(rows[i].authority), hosts, COUNT(hosts)),
                         rows[i].known);
    }
    assert_false(authority_is_among(SPAN("maps.example"), hosts, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nul_in_an_address),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_with_port),
        cmocka_unit_test(hosts_are_compared_without_ports),
    };

    return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
