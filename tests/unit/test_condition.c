/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/condition: each field, and the precedence of RFC 9110 section 13.2.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/condition.h"
#include "http_request.h"

#define NOW    1767225600 /* 2026-01-01 */
#define SAME   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct representation object = { .length = 100,
                                              .last_modified = 784111777,
                                              .etag = { "\"a\"", 3 } };

static const struct {
    const char *fields;
    enum condition condition;
} rows[] = {
    { "", CONDITION_MET },

    { "If-Match: \"a\"\r\n", CONDITION_MET },
    { "If-Match: \"b\", \"a\"\r\n", CONDITION_MET },
    { "If-Match: \"b\"\r\nIf-Match: \"a\"\r\n", CONDITION_MET },
    { "If-Match: *\r\n", CONDITION_MET },
    { "If-Match: \"b\"\r\n", CONDITION_FAILED },
    { "If-Match: W/\"a\"\r\n", CONDITION_FAILED },
    { "If-Match:\r\n", CONDITION_FAILED },
    { "If-Match: a\r\n", CONDITION_FAILED },
    { "If-Match: \"a\", b\r\n", CONDITION_FAILED },
    { "If-Match: \"a\"\r\nIf-Match: b\r\n", CONDITION_FAILED },
    { "If-Match: *\r\nIf-Match: *\r\n", CONDITION_FAILED },

    { "If-Unmodified-Since: " SAME "\r\n", CONDITION_MET },
    { "If-Unmodified-Since: " AFTER "\r\n", CONDITION_MET },
    { "If-Unmodified-Since: " BEFORE "\r\n", CONDITION_FAILED },
    { "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT\r\n", CONDITION_FAILED },
    { "If-Unmodified-Since: Sun Nov  6 08:49:36 1994\r\n", CONDITION_FAILED },
    { "If-Unmodified-Since: never\r\n", CONDITION_MET },
    { "If-Unmodified-Since: " BEFORE "\r\nIf-Unmodified-Since: " BEFORE "\r\n", CONDITION_MET },

    { "If-None-Match: \"a\"\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: W/\"a\"\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: \"b\", W/\"c\" ,\"a\"\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: *\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: \"b\"\r\n", CONDITION_MET },
    { "If-None-Match:\r\n", CONDITION_MET },
    { "If-None-Match: a\r\n", CONDITION_MET },
    { "If-None-Match: \"a\" \"b\"\r\n", CONDITION_MET },
    { "If-None-Match: *, \"a\"\r\n", CONDITION_MET },
    { "If-None-Match: *\r\nIf-None-Match: \"a\"\r\n", CONDITION_MET },

    { "If-Modified-Since: " SAME "\r\n", CONDITION_NOT_MODIFIED },
    { "If-Modified-Since: " AFTER "\r\n", CONDITION_NOT_MODIFIED },
    { "If-Modified-Since: " BEFORE "\r\n", CONDITION_MET },
    { "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", CONDITION_NOT_MODIFIED },
    { "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", CONDITION_NOT_MODIFIED },
    { "If-Modified-Since: 784111777\r\n", CONDITION_MET },
    { "If-Modified-Since: " SAME "; length=100\r\n", CONDITION_MET },
    { "If-Modified-Since: " SAME "\r\nIf-Modified-Since: " SAME "\r\n", CONDITION_MET },

    /* precedence */
    { "If-Match: \"a\"\r\nIf-Unmodified-Since: " BEFORE "\r\n", CONDITION_MET },
    { "If-Match: \"b\"\r\nIf-Unmodified-Since: " AFTER "\r\n", CONDITION_FAILED },
    { "If-None-Match: \"b\"\r\nIf-Modified-Since: " SAME "\r\n", CONDITION_MET },
    { "If-None-Match: a\r\nIf-Modified-Since: " SAME "\r\n", CONDITION_MET },
    { "If-None-Match: \"a\"\r\nIf-Modified-Since: " BEFORE "\r\n", CONDITION_NOT_MODIFIED },
    { "If-None-Match: \"a\"\r\nIf-Match: \"b\"\r\n", CONDITION_FAILED },
    { "If-None-Match: \"a\"\r\nIf-Match: \"a\"\r\n", CONDITION_NOT_MODIFIED },
    { "If-Modified-Since: " SAME "\r\nIf-Unmodified-Since: " BEFORE "\r\n", CONDITION_FAILED },
    { "If-Modified-Since: " SAME "\r\nIf-Unmodified-Since: " SAME "\r\n",
      CONDITION_NOT_MODIFIED },
};

static void
test_evaluate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;

        http_request_with(&request, "GET", rows[i].fields);
        if (condition_evaluate(&request, &object, NOW) != rows[i].condition)
            fail_msg("%s", rows[i].fields);
    }
}

/* RFC 9110 section 13.1.3 and 13.1.4: without a date of the object they are ignored. */
static void
test_no_date(void **state)
{
    static const char *const fields[] = { "If-Modified-Since: " AFTER "\r\n",
                                          "If-Unmodified-Since: " BEFORE "\r\n" };
    struct representation undated = object;

    (void)state;
    undated.last_modified = 0;
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct request request;

        http_request_with(&request, "GET", fields[i]);
        assert_int_equal(condition_evaluate(&request, &undated, NOW), CONDITION_MET);
    }
}

static const struct {
    const char *fields;
    bool allows;
} ranges[] = {
    { "", true },
    { "If-Range: \"a\"\r\n", true },
    { "If-Range: " SAME "\r\n", false },
    { "If-Range: Sunday, 06-Nov-94 08:49:37 GMT\r\n", false },
    { "If-Range: \"b\"\r\n", false },
    { "If-Range: W/\"a\"\r\n", false },
    { "If-Range: \"a\", \"b\"\r\n", false },
    { "If-Range: *\r\n", false },
    { "If-Range: a\r\n", false },
    { "If-Range:\r\n", false },
    { "If-Range: " BEFORE "\r\n", false },
    { "If-Range: " AFTER "\r\n", false },
    { "If-Range: \"a\"\r\nIf-Range: \"a\"\r\n", false },
};

static void
test_if_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        struct request request;

        http_request_with(&request, "GET", ranges[i].fields);
        if (condition_allows_range(&request, &object) != ranges[i].allows)
            fail_msg("%s", ranges[i].fields);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate),
        cmocka_unit_test(test_no_date),
        cmocka_unit_test(test_if_range),
    };

    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
