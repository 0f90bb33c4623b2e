/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/date: the three forms of RFC 9110 section 5.6.7 and what only resembles them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/date.h"

#define NOW INT64_C(1767225600) /* 2026-01-01 */

static const struct {
    int64_t time;
    const char *text;
} dates[] = {
    { 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" },
    { 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
    { 951782400, "Tue, 29 Feb 2000 00:00:00 GMT" },
    { 1709251199, "Thu, 29 Feb 2024 23:59:59 GMT" },
    { 2147483648, "Tue, 19 Jan 2038 03:14:08 GMT" },
    { 4294967296, "Sun, 07 Feb 2106 06:28:16 GMT" },
    { 253402300799, "Fri, 31 Dec 9999 23:59:59 GMT" },
};

static void
test_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++) {
        char text[DATE_SIZE];
        time_t time = -1;

        date_format(text, dates[i].time);
        assert_string_equal(text, dates[i].text);
        assert_true(date_parse(span_of(dates[i].text), NOW, &time));
        assert_int_equal(time, dates[i].time);
    }
}

static void
test_bounds(void **state)
{
    char text[DATE_SIZE];

    (void)state;
    date_format(text, -1);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
    date_format(text, INT64_MAX);
    assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static const struct {
    const char *text;
    int64_t now;
    int64_t time;
} parsed[] = {
    { "Sunday, 06-Nov-94 08:49:37 GMT", NOW, 784111777 },
    { "Sun Nov  6 08:49:37 1994", NOW, 784111777 },
    { "Sun Nov 06 08:49:37 1994", NOW, 784111777 },
    { "Wed Nov 16 08:49:37 1994", NOW, 784975777 },
    { "Mon, 06 Nov 1994 08:49:37 GMT", NOW, 784111777 }, /* the day is not checked */
    { "Sat, 31 Dec 2016 23:59:60 GMT", NOW, 1483228800 },
    { "Wed, 31 Dec 1969 23:59:59 GMT", NOW, -1 },
    { "Wednesday, 01-Jan-70 00:00:00 GMT", NOW, 3155760000 },     /* 2070: 44 years ahead */
    { "Wednesday, 01-Jan-76 00:00:00 GMT", NOW, 3345062400 },     /* 2076: exactly 50 */
    { "Friday, 02-Jan-76 00:00:00 GMT", NOW, 189388800 },         /* 1976 */
    { "Saturday, 01-Jan-77 00:00:00 GMT", NOW, 220924800 },       /* 1977 */
    { "Friday, 31-Dec-99 23:59:59 GMT", NOW, 946684799 },         /* 1999 */
    { "Tuesday, 29-Feb-00 00:00:00 GMT", NOW, 951782400 },        /* 2000 */
    { "Friday, 01-Jan-10 00:00:00 GMT", 3786912000, 4417977600 }, /* in 2090: 2110 */
};

static void
test_other_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(parsed); i++) {
        time_t time = 1;

        if (!date_parse(span_of(parsed[i].text), parsed[i].now, &time))
            fail_msg("%s does not parse", parsed[i].text);
        if (time != parsed[i].time)
            fail_msg("%s: %ld", parsed[i].text, (long)time);
    }
}

static const char *const rejected[] = {
    "",
    "S",
    "Sun",
    "0",
    "784111777",
    "yesterday",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "SUN, 06 NOV 1994 08:49:37 GMT",
    "Xxx, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Abc 1994 08:49:37 GMT",
    "Sun, 06 anF 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 gmt",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 32 Dec 1994 08:49:37 GMT",
    "Mon, 29 Feb 2023 00:00:00 GMT",
    "Mon, 29 Feb 2100 00:00:00 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08-49-37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov -994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 6-Nov-94 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 30-Feb-94 08:49:37 GMT",
    "Sunday, 06-Xxx-94 08:49:37 GMT",
    "Sunda, 06-Nov-94 08:49:37 GMT",
    "Sundays, 06-Nov-94 08:49:37 GMT",
    "Thursday, 29-Feb-01 00:00:00 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 94",
    "Sun Nov  6 08:49:37 1994 GMT",
    "Sun Nov    08:49:37 1994",
    "Sun Nov 0  08:49:37 1994",
    "Sun Nov  0 08:49:37 1994",
};

static void
test_rejected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rejected); i++) {
        time_t time = 42;

        if (date_parse(span_of(rejected[i]), NOW, &time))
            fail_msg("%s parses", rejected[i]);
        assert_int_equal(time, 42);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_rejected),
    };

    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
