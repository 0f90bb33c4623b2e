/* SPDX-License-Identifier: BSD-2-Clause */
/* What a line is, and which values a line can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/count.h"
#include "config/line.h"

static const struct {
    const char *text;
    enum line_kind kind;
    const char *name; /* or words of the reason */
} rows[] = {
    { "", LINE_EMPTY, "" },
    { "# x", LINE_COMMENT, "" },
    { ";[x", LINE_COMMENT, "" },
    { "#\x01", LINE_COMMENT, "" },
    { "[server]", LINE_SECTION, "server" },
    { "[ asset /tiff ]", LINE_SECTION, "asset /tiff" },
    { "[a] ; why", LINE_SECTION, "a" },
    { "[a]# why", LINE_SECTION, "a" },
    { "[a;b]", LINE_SECTION, "a;b" },
    { "[a", LINE_BAD, "without ']'" },
    { "[]", LINE_BAD, "without a name" },
    { "[ ]", LINE_BAD, "without a name" },
    { "[a]] b", LINE_BAD, "after ']'" },
    { "[a] b", LINE_BAD, "after ']'" },
    { "a=b", LINE_SETTING, "a" },
    { "a_b-1 = c", LINE_SETTING, "a_b-1" },
    { "a\t=", LINE_SETTING, "a" },
    { "a = b = c", LINE_SETTING, "a" },
    { "a", LINE_BAD, "without '='" },
    { "a: b", LINE_BAD, "without '='" },
    { "a: b=c", LINE_BAD, "not a key" },
    { "a b = c", LINE_BAD, "not a key" },
    { "a ;b = c", LINE_BAD, "not a key" },
    { "= c", LINE_BAD, "before '='" },
    { "a = \x1b[31m", LINE_BAD, "control byte" },
    { "a = b\r", LINE_BAD, "control byte" },
    { "[a\x7f]", LINE_BAD, "control byte" },
};

static void
classifies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct line line = line_classify(rows[i].text);

        assert_int_equal(line.kind, rows[i].kind);
        if (line.kind == LINE_BAD)
            assert_non_null(strstr(line.reason, rows[i].name));
        else
            assert_true(span_equal(line.name, span_of(rows[i].name)));
    }
}

static void
skips_white_space(void **state)
{
    (void)state;
    assert_string_equal(line_skip_space("\t x "), "x ");
}

static void
knows_what_a_line_can_hold(void **state)
{
    static const char *const good[] = { "", "a", "a;b", "a #b", "a=b", "\xc3\xa9" };
    static const char *const bad[] = { ";a", "a ;b", "a\t;", "a\nb", "a\rb", "\x01" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_null(line_value_problem(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_non_null(line_value_problem(bad[i]));
}

static void
knows_how_long_a_value_is(void **state)
{
    char value[LINE_VALUE_MAX + 2];

    (void)state;
    memset(value, 'x', sizeof(value));
    value[LINE_VALUE_MAX] = '\0';
    assert_null(line_value_problem(value));
    value[LINE_VALUE_MAX] = 'x';
    value[LINE_VALUE_MAX + 1] = '\0';
    assert_non_null(strstr(line_value_problem(value), "16384"));
}

static void
tells_a_value_from_its_comment(void **state)
{
    static const struct {
        const char *text, *value;
        bool commented;
    } values[] = {
        { "k = v", "v", false },         { "k=v;w", "v;w", false }, { "k = v ; w", "v", true },
        { "k = v\t;; w", "v", true },    { "k =;w", ";w", false },  { "k = ; w", "", true },
        { "k = v # w", "v # w", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct line line = line_classify(values[i].text);

        assert_true(span_equal(line.value, span_of(values[i].value)));
        assert_int_equal(line.commented, values[i].commented);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classifies),
        cmocka_unit_test(skips_white_space),
        cmocka_unit_test(knows_what_a_line_can_hold),
        cmocka_unit_test(knows_how_long_a_value_is),
        cmocka_unit_test(tells_a_value_from_its_comment),
    };

    return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
