/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/target and http/method: the four forms, and the one spelling of a path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/count.h"
#include "http/target.h"

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    { "GET", METHOD_GET },          { "HEAD", METHOD_HEAD },    { "OPTIONS", METHOD_OPTIONS },
    { "POST", METHOD_KNOWN },       { "PUT", METHOD_KNOWN },    { "DELETE", METHOD_KNOWN },
    { "PATCH", METHOD_KNOWN },      { "TRACE", METHOD_KNOWN },  { "CONNECT", METHOD_CONNECT },
    { "get", METHOD_UNKNOWN },      { "GETT", METHOD_UNKNOWN }, { "GE", METHOD_UNKNOWN },
    { "PROPFIND", METHOD_UNKNOWN }, { "", METHOD_UNKNOWN },
};

static void
test_methods(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(methods); i++)
        assert_int_equal(method_lookup(span_of(methods[i].name)), methods[i].method);
    assert_true(method_allowed(METHOD_GET) && method_allowed(METHOD_HEAD));
    assert_true(method_allowed(METHOD_OPTIONS));
    assert_false(method_allowed(METHOD_KNOWN) || method_allowed(METHOD_CONNECT));
    assert_false(method_allowed(METHOD_UNKNOWN));
}

static const struct {
    const char *target;
    enum method method;
    enum refusal refusal;
} checks[] = {
    { "/", METHOD_GET, REFUSAL_NONE },
    { "//", METHOD_GET, REFUSAL_NONE },
    { "/a/b;c=d/e:f@g!$&'()*+,=-._~?q=/?:@", METHOD_GET, REFUSAL_NONE },
    { "/%20%fF%41?%7f", METHOD_HEAD, REFUSAL_NONE },
    { "/..", METHOD_GET, REFUSAL_NONE },
    { "/*", METHOD_GET, REFUSAL_NONE },
    { "/", METHOD_UNKNOWN, REFUSAL_NONE },
    { "/", METHOD_KNOWN, REFUSAL_NONE },
    { "http://a", METHOD_GET, REFUSAL_NONE },
    { "HTTP://A:80/x", METHOD_GET, REFUSAL_NONE },
    { "https://[::1]:443?q", METHOD_GET, REFUSAL_NONE },
    { "http://a", METHOD_KNOWN, REFUSAL_NONE },
    { "*", METHOD_OPTIONS, REFUSAL_NONE },
    { "a:443", METHOD_CONNECT, REFUSAL_NONE },
    { "[::1]:443", METHOD_CONNECT, REFUSAL_NONE },

    { "*", METHOD_GET, REFUSAL_TARGET_FORM },
    { "*", METHOD_HEAD, REFUSAL_TARGET_FORM },
    { "*", METHOD_KNOWN, REFUSAL_TARGET_FORM },
    { "*", METHOD_CONNECT, REFUSAL_TARGET_FORM },
    { "**", METHOD_OPTIONS, REFUSAL_TARGET_FORM },
    { "*/", METHOD_OPTIONS, REFUSAL_TARGET_FORM },
    { "a:443", METHOD_GET, REFUSAL_TARGET_FORM },
    { "a", METHOD_GET, REFUSAL_TARGET_FORM },
    { "tiff", METHOD_GET, REFUSAL_TARGET_FORM },
    { "?q", METHOD_GET, REFUSAL_TARGET_FORM },
    { "http:/a", METHOD_GET, REFUSAL_TARGET_FORM },
    { "http:", METHOD_GET, REFUSAL_TARGET_FORM },
    { "/", METHOD_CONNECT, REFUSAL_TARGET_FORM },
    { "a", METHOD_CONNECT, REFUSAL_TARGET_FORM },
    { "http://a:80", METHOD_CONNECT, REFUSAL_TARGET_FORM },
    { "a:99999", METHOD_CONNECT, REFUSAL_TARGET_FORM },

    { "ftp://a/", METHOD_GET, REFUSAL_TARGET_SCHEME },
    { "file:///a", METHOD_GET, REFUSAL_TARGET_SCHEME },
    { "httpx://a/", METHOD_GET, REFUSAL_TARGET_SCHEME },
    { "http://", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http:///a", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://:80/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://u@a/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://u:p@a/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://a@b@c/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://a:99999/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://a:x/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://[::1/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://a\\b/", METHOD_GET, REFUSAL_TARGET_AUTHORITY },
    { "http://?q", METHOD_GET, REFUSAL_TARGET_AUTHORITY },

    { "/a#b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a?b#c", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "http://a#b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a\\b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a\"b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a<b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a>b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a{b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a}b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a|b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a^b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a`b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a[b", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a?b|c", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a\tb", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a\x7f", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/\xc3\xa9", METHOD_GET, REFUSAL_TARGET_OCTET },
    { "/a\x01", METHOD_GET, REFUSAL_TARGET_OCTET },

    { "/%", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/%4", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/%zz", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/%4z", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/%%41", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/%00", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/a%00b", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/?%00", METHOD_GET, REFUSAL_TARGET_ESCAPE },
    { "/?%", METHOD_GET, REFUSAL_TARGET_ESCAPE },
};

static void
test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(checks); i++) {
        enum refusal got = target_check(span_of(checks[i].target), checks[i].method);

        if (got != checks[i].refusal)
            fail_msg("%s: %s", checks[i].target, refusal_info(got)->name);
    }
}

static const struct {
    const char *target;
    const char *path;
} paths[] = {
    { "/", "/" },
    { "/tiff", "/tiff" },
    { "/tiff?x=/../y", "/tiff" },
    { "/?", "/" },
    { "http://a", "/" },
    { "http://a?/b", "/" },
    { "http://a:80/", "/" },
    { "HTTPS://a/tiff?q", "/tiff" },

    { "/%74iff", "/tiff" },
    { "/%74%69%66%66", "/tiff" },
    { "/%7Ea", "/~a" },
    { "/a%20b", "/a b" },
    { "/a%2520b", "/a%20b" },
    { "/a%3fb", "/a?b" },
    { "/a%23b", "/a#b" },
    { "/%c3%A9", "/\xc3\xa9" },

    { "/.", "/" },
    { "/./", "/" },
    { "/..", "/" },
    { "/../", "/" },
    { "/../../tiff", "/tiff" },
    { "/./tiff", "/tiff" },
    { "/tiff/.", "/tiff/" },
    { "/tiff/..", "/" },
    { "/a/../tiff", "/tiff" },
    { "/a/b/../../tiff", "/tiff" },
    { "/a/b/c/./../../g", "/a/g" },
    { "/mid/content=5/../6", "/mid/6" },
    { "/a/%2e%2E/tiff", "/tiff" },
    { "/%2e/tiff", "/tiff" },
    { "/.%2e/tiff", "/tiff" },
    { "/...", "/..." },
    { "/..a/.b/c.", "/..a/.b/c." },
    { "/a/..b", "/a/..b" },
    { "//", "//" },
    { "//tiff", "//tiff" },
    { "/tiff//", "/tiff//" },
    { "/a//../b", "/a/b" },
    { "/a//b", "/a//b" },
    { "//..", "/" },
    { "/tiff/", "/tiff/" },
    { "http://a/b/../tiff", "/tiff" },
};

/* The scratch is exactly as large as promised, so that an octet too many is seen. */
static void
assert_path(const char *target, struct span wanted)
{
    char *scratch = malloc(strlen(target));
    struct span got = target_normalise(target_path(span_of(target)), scratch);

    if (!span_equal(got, wanted))
        print_error("%s: %.*s\n", target, (int)got.length, got.at);
    assert_true(span_equal(got, wanted));
    free(scratch);
}

static void
test_normalise(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_path(paths[i].target, span_of(paths[i].path));
}

/* An encoded slash neither separates nor equals the three octets "%2F". */
static void
test_encoded_slash(void **state)
{
    (void)state;
    assert_path("/a%2fb", SPAN("/a\0b"));
    assert_path("/a%2Fb", SPAN("/a\0b"));
    assert_path("/a%252Fb", SPAN("/a%2Fb"));
    assert_path("/a%2f..", SPAN("/a\0.."));
    assert_path("/a/..%2ftiff", SPAN("/a/..\0tiff"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_encoded_slash),
    };

    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
