/* SPDX-License-Identifier: BSD-2-Clause */
/* Which origins may read, and what answers say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/answer.h"
#include "http_request.h"

static char star[] = "*";
static char first[] = "https://a.example";
static char second[] = "http://b.example:8080";
static char *const any_origin[] = { star };
static char *const two_origins[] = { first, second };

static const struct cors nobody = { NULL, 0 };
static const struct cors any = { any_origin, 1 };
static const struct cors two = { two_origins, 2 };

static const struct {
    const struct cors *cors;
    const char *fields;
    const char *allowed;
    bool varies;
} rows[] = {
    { &nobody, "Origin: https://a.example\r\n", "", false },
    { &any, "Origin: https://a.example\r\n", "*", false },
    { &any, "", "*", false },
    { &two, "Origin: https://a.example\r\n", "https://a.example", true },
    { &two, "Origin: http://b.example:8080\r\n", "http://b.example:8080", true },
    { &two, "Origin: http://b.example\r\n", "", true },
    { &two, "Origin: https://a.example.evil\r\n", "", true },
    { &two, "Origin: null\r\n", "", true },
    { &two, "Origin:\r\n", "", true },
    { &two, "", "", true },
    { &two, "Origin: https://a.example\r\nOrigin: http://b.example:8080\r\n", "", true },
};

static void
allows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;
        struct answer answer;

        http_request_with(&request, "GET", rows[i].fields);
        answer_failure(&request, 404, &answer);
        answer_cors(&request, rows[i].cors, &answer);
        assert_true(span_equal(answer.origin, span_of(rows[i].allowed)));
        assert_int_equal(answer.varies, rows[i].varies);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows),
    };

    return cmocka_run_group_tests_name("cors", tests, NULL, NULL);
}
