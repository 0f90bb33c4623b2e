/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the control socket: names, values, and a last value with blanks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/fields.h"

static void
finds_values(void **state)
{
    const struct span line =
        SPAN("worker=1 pid=4711 bytes=18446744073709551615 reason=a = b c");

    (void)state;
    assert_int_equal(fields_number(line, "worker"), 1);
    assert_int_equal(fields_number(line, "pid"), 4711);
    assert_true(fields_number(line, "bytes") == UINT64_MAX);
    assert_int_equal(fields_number(line, "absent"), 0);
    assert_true(span_equal(fields_find(line, "reason"), SPAN("a = b c")));
    assert_int_equal(fields_find(line, "b").length, 0);
    assert_int_equal(fields_find(SPAN(""), "b").length, 0);
    assert_int_equal(fields_find(SPAN("b"), "b").length, 0);
}

static void
takes_lines(void **state)
{
    struct span text = SPAN("a=1\nb=2\n");
    struct span line;

    (void)state;
    assert_true(fields_next_line(&text, &line));
    assert_true(span_equal(line, SPAN("a=1")));
    assert_true(fields_next_line(&text, &line));
    assert_true(span_equal(line, SPAN("b=2")));
    assert_false(fields_next_line(&text, &line));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_values),
        cmocka_unit_test(takes_lines),
    };

    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
