/* SPDX-License-Identifier: BSD-2-Clause */
/* Access_format: what is a format, and how much of a line each value may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/access_format.h"

static struct access_format format;

static const char *
problem(const char *text)
{
    struct span found;

    return access_format_read(&format, text, ACCESS_ESCAPE_DEFAULT, &found);
}

static void
names_stand_for_formats(void **state)
{
    static const struct {
        const char *name;
        size_t fields;
        bool json;
    } names[] = { { "common", 0, false },
                  { "combined", 2, false },
                  { "extended", 2, false },
                  { "json", 2, true } };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_null(problem(names[i].name));
        assert_int_equal(format.field_count, names[i].fields);
        assert_int_equal(format.json, names[i].json);
        assert_true(format.count > 5);
    }
}

static void
text_becomes_pieces(void **state)
{
    (void)state;
    assert_null(problem("a$status${worker}b $http_x_y"));
    assert_int_equal(format.count, 5);
    assert_int_equal(format.pieces[0].variable, ACCESS_LITERAL);
    assert_int_equal(format.pieces[1].variable, ACCESS_STATUS);
    assert_int_equal(format.pieces[2].variable, ACCESS_WORKER);
    assert_true(span_equal(format.pieces[3].text, SPAN("b ")));
    assert_int_equal(format.pieces[4].variable, ACCESS_FIELD);
    assert_true(span_equal(format.fields[0], SPAN("x_y")));
}

static void
texts_share_what_is_left_of_a_line(void **state)
{
    size_t total = 0;

    (void)state;
    assert_null(problem("$request $status $http_referer"));
    for (size_t i = 0; i < format.count; i++)
        total += format.pieces[i].most;
    assert_in_range(total, ACCESS_LINE_MAX - 3, ACCESS_LINE_MAX - 1);
    assert_int_equal(format.pieces[0].most, format.pieces[4].most);
}

static void
others_are_refused(void **state)
{
    char many[4 * ACCESS_LINE_MAX] = "$status ";

    (void)state;
    assert_string_equal(problem("plain"), "is no format");
    assert_string_equal(problem("$"), "is not followed by a name");
    assert_string_equal(problem("${status"), "is not followed by a name");
    assert_string_equal(problem("$http_"), "is no variable");
    assert_string_equal(problem("$statuses"), "is no variable");
    memset(many + 8, 'x', ACCESS_LINE_MAX);
    assert_string_equal(problem(many), "makes lines of more than 4096 bytes");
    many[0] = '\0';
    for (unsigned i = 0; i <= ACCESS_FIELDS_MAX; i++)
        strcat(many, "$http_a");
    assert_string_equal(problem(many), "is one field too many");
    many[0] = '\0';
    for (unsigned i = 0; i <= ACCESS_PIECES_MAX; i++)
        strcat(many, "$pid");
    assert_string_equal(problem(many), "has too many variables");
}

static void
streams_have_names(void **state)
{
    (void)state;
    assert_int_equal(access_format_stream("/dev/stdout"), STDOUT_FILENO);
    assert_int_equal(access_format_stream("/dev/stderr"), STDERR_FILENO);
    assert_int_equal(access_format_stream("/dev/null"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stand_for_formats),
        cmocka_unit_test(text_becomes_pieces),
        cmocka_unit_test(texts_share_what_is_left_of_a_line),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(streams_have_names),
    };

    return cmocka_run_group_tests_name("access_format", tests, NULL, NULL);
}
