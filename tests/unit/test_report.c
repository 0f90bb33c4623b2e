/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors become lines that name where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/report.h"

static void
names_file_and_line(void **state)
{
    struct report report = { 0 };

    (void)state;
    report_error(&report, (struct origin){ .file = "a.ini", .line = 7 }, "bad %s", "thing");
    report_error(&report, (struct origin){ .file = "-o log.level=x" }, "%d", 3);
    assert_int_equal(report.count, 2);
    assert_string_equal(report.text, "a.ini:7: bad thing\n-o log.level=x: 3\n");
    report_free(&report);
}

static void
holds_nothing_before_and_after(void **state)
{
    struct report report = { 0 };

    (void)state;
    report_free(&report);
    report_error(&report, (struct origin){ .file = "a" }, "b");
    report_free(&report);
    assert_null(report.text);
    assert_int_equal(report.count, 0);
}

static void
keeps_long_messages_whole(void **state)
{
    struct report report = { 0 };
    char text[5000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 100; i++)
        report_error(&report, (struct origin){ .file = "f", .line = 1 }, "%s", text);
    assert_int_equal(report.count, 100);
    assert_int_equal(strlen(report.text), 100 * (strlen("f:1: \n") + strlen(text)));
    report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_file_and_line),
        cmocka_unit_test(holds_nothing_before_and_after),
        cmocka_unit_test(keeps_long_messages_whole),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
