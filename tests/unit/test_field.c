/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and values of header fields are accepted and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/field.h"

static void
splits(void **state)
{
    struct span name;
    struct span value;

    (void)state;
    assert_null(field_split("X-A: b: c\td", &name, &value));
    assert_true(span_equal(name, SPAN("X-A")));
    assert_true(span_equal(value, SPAN("b: c\td")));
    assert_null(field_split("!#$%&'*+-.^_`|~:  x  ", &name, &value));
    assert_true(span_equal(value, SPAN("x")));
    assert_null(field_split("Content-Disposition: attachment", &name, &value));
    assert_null(field_split("Content-Encoding: gzip", &name, &value));
}

static void
refuses_malformed(void **state)
{
    static const char *const rows[] = {
        "",
        "X-A",
        ":",
        ": b",
        "X-A:",
        "X-A: ",
        "X A: b",
        "X-A : b",
        "X(A): b",
        "X\x80: b",
        "X-A: \x01",
        "X-A: \x7f",
        "X-A: \xc3\xa9",
        "X-A: a\rb",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span name;
        struct span value;

        assert_non_null(field_split(rows[i], &name, &value));
    }
}

static void
refuses_fields_of_the_server(void **state)
{
    static const char *const names[] = {
        "Content-Length",
        "content-type",
        "CONTENT-RANGE",
        "Date",
        "ETag",
        "Last-Modified",
        "Connection",
        "Accept-Ranges",
        "Cache-Control",
        "Trailer",
        "Upgrade",
        "Allow",
        "Transfer-Encoding",
        "Age",
        "Proxy-Connection",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_non_null(field_name_problem(span_of(names[i])));
    assert_null(field_name_problem(SPAN("Dates")));
    assert_null(field_name_problem(SPAN("Server")));
    assert_null(field_name_problem(SPAN("Keep-Alive")));
}

static void
knows_media_types(void **state)
{
    static const char *const good[] = { "image/tiff", "text/plain; charset=utf-8",
                                        "application/vnd.a+json",
                                        "text/plain;charset=\"a b\"" };
    static const char *const bad[] = { "",      "tiff",       "/tiff",        "image/",
                                       "a b/c", "a/b c",      "image/tiff/x", "\"image/tiff\"",
                                       "; a=b", "a/b; c=\x80" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_null(field_media_problem(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_non_null(field_media_problem(bad[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),
        cmocka_unit_test(refuses_malformed),
        cmocka_unit_test(refuses_fields_of_the_server),
        cmocka_unit_test(knows_media_types),
    };

    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
