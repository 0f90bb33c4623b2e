/* SPDX-License-Identifier: BSD-2-Clause */
/* Field lines of a section: what they are, and which of them errors have, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/field_lines.h"

static void
lines_are_in_order(void **state)
{
    static const char *const extra[] = { "X-A: b", "Link: <c>" };
    struct field_lines lines;

    (void)state;
    assert_int_equal(field_lines_create(&lines, true, "max-age=5", extra, 2), 0);
    assert_string_equal(lines.text, "Accept-Ranges: bytes\r\nCache-Control: max-age=5\r\n"
                                    "X-A: b\r\nLink: <c>\r\n");
    field_lines_free(&lines);
    assert_int_equal(field_lines_create(&lines, true, NULL, NULL, 0), 0);
    assert_string_equal(lines.text, "Accept-Ranges: bytes\r\n");
    field_lines_free(&lines);
}

static void
what_describes_the_content_is_not_said_of_an_error(void **state)
{
    static const char *const extra[] = {
        "Vary: Origin",
        "Content-Encoding: gzip",
        "expires: 0",
        "Content-Security-Policy: default-src 'none'",
        "Repr-Digest: sha-256=:x:",
        "Server: tiffd",
    };
    struct field_lines lines;

    (void)state;
    assert_int_equal(field_lines_create(&lines, true, NULL, extra, COUNT(extra)), 0);
    assert_true(span_equal(lines.all, span_of(lines.text)));
    assert_true(span_equal(lines.common, SPAN("Vary: Origin\r\n"
                                              "Content-Security-Policy: default-src 'none'\r\n"
                                              "Server: tiffd\r\n")));
    for (size_t i = 0; i < COUNT(extra); i++)
        assert_non_null(strstr(lines.text, extra[i]));
    field_lines_free(&lines);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_in_order),
        cmocka_unit_test(what_describes_the_content_is_not_said_of_an_error),
    };

    return cmocka_run_group_tests_name("field_lines", tests, NULL, NULL);
}
