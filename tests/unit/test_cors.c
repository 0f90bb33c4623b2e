/* SPDX-License-Identifier: BSD-2-Clause */
/* Which origins may read, and what responses say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/response.h"
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
        struct response response;

        http_request_with(&request, "GET", rows[i].fields);
        response_failure(&request, 404, &response);
        response_cors(&request, rows[i].cors, &response);
        assert_true(span_equal(response.origin, span_of(rows[i].allowed)));
        assert_int_equal(response.varies, rows[i].varies);
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
