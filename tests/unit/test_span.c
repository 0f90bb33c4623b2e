/* SPDX-License-Identifier: BSD-2-Clause */
/* Span: what trimming and cutting leave, also of nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"

static void
trims_both_ends(void **state)
{
    (void)state;
    assert_true(span_equal(span_trim(SPAN(" \t a b\t ")), SPAN("a b")));
    assert_true(span_equal(span_trim(SPAN(" \t ")), SPAN("")));
    assert_true(span_equal(span_trim(SPAN("")), SPAN("")));
    assert_true(span_equal(span_trim(SPAN("a")), SPAN("a")));
    assert_true(span_equal(span_trim((struct span){ NULL, 0 }), SPAN("")));
}

static void
cuts_at_the_first_separator(void **state)
{
    struct span rest = SPAN("a,,b c");

    (void)state;
    assert_true(span_equal(span_cut(&rest, ','), SPAN("a")));
    assert_true(span_equal(span_cut(&rest, ','), SPAN("")));
    assert_true(span_equal(rest, SPAN("b c")));
    assert_true(span_equal(span_cut(&rest, ','), SPAN("b c")));
    assert_null(rest.at);
    assert_int_equal(rest.length, 0);
}

static void
a_separator_at_the_end_leaves_an_empty_part(void **state)
{
    struct span rest = SPAN("a,");

    (void)state;
    assert_true(span_equal(span_cut(&rest, ','), SPAN("a")));
    assert_non_null(rest.at);
    assert_int_equal(rest.length, 0);
    assert_int_equal(span_cut(&rest, ',').length, 0);
    assert_null(rest.at);
}

static void
nothing_is_cut_off_nothing(void **state)
{
    struct span rest = { NULL, 0 };

    (void)state;
    assert_int_equal(span_cut(&rest, ',').length, 0);
    assert_null(rest.at);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trims_both_ends),
        cmocka_unit_test(cuts_at_the_first_separator),
        cmocka_unit_test(a_separator_at_the_end_leaves_an_empty_part),
        cmocka_unit_test(nothing_is_cut_off_nothing),
    };

    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
