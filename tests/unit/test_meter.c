/* SPDX-License-Identifier: BSD-2-Clause */
/* What tiffctl says while it waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/meter.h"

static void
describes(void **state)
{
    char text[128];

    (void)state;
    meter_describe("version=1 pid=2\nloading=1 elapsed_ms=1000 bytes=1000000000 "
                   "expected=4000000000\nworker=0 connections=3\n",
                   text, sizeof(text));
    assert_non_null(strstr(text, "25 %"));
    meter_describe("worker=0 connections=3\nworker=1 connections=4\n", text, sizeof(text));
    assert_string_equal(text, "7 connections");
    meter_describe("", text, sizeof(text));
    assert_string_equal(text, "0 connections");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes),
    };

    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
