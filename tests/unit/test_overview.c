/* SPDX-License-Identifier: BSD-2-Clause */
/* What tiffctl makes of two looks at a daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/overview.h"

#define HEAD(clock)                                                                            \
    "version=1.2.3 pid=7 started=0 clock_ms=" clock                                            \
    " requests=0 bytes=0 config=/etc/a b.ini\n"                                                \
    "reload=failed at=1 reason=no such file\n"                                                 \
    "program=/usr/sbin/tiffd\n"                                                                \
    "listener=server address=*:80\n"                                                           \
    "listener=debug address=unix:/run/a b\n"                                                   \
    "later=1 than=this\n"                                                                      \
    "generation=3 state=serving workers=2 variant=cached objects=4\n"

static const char first[] =
    HEAD("1000") "worker=0 generation=3 pid=8 connections=1 accepted=1 requests=10 "
                 "bytes=1000000 cpu_ms=100 user_ms=60 system_ms=40 restarts=0\n";
static const char second[] =
    HEAD("3000") "worker=0 generation=3 pid=8 connections=5 accepted=9 requests=30 "
                 "bytes=2001000000 cpu_ms=600 user_ms=160 system_ms=440 restarts=0\n"
                 "worker=1 generation=3 pid=9 connections=0 accepted=0 requests=0 bytes=0 "
                 "cpu_ms=0 user_ms=0 system_ms=0 restarts=2 later=x\n";

/* Of process 8 alone. */
static bool
pss(pid_t pid, uint64_t *bytes)
{
    *bytes = 4500000;
    return pid == 8;
}

static char *
print(void (*printer)(FILE *out))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    printer(out);
    fclose(out);
    return text;
}

static void
print_table(FILE *out)
{
    struct rates rates;

    rates_compare(&rates, first, second, pss);
    overview_print(second, &rates, out);
    rates_free(&rates);
}

static void
print_json(FILE *out)
{
    struct rates rates;

    rates_compare(&rates, second, second, pss);
    overview_json_print(second, &rates, out);
    rates_free(&rates);
}

static void
prints_a_table(void **state)
{
    char *text = print(print_table);

    (void)state;
    assert_string_equal(
        text, "tiffd 1.2.3, process 7, started 1970-01-01T00:00:00Z, /etc/a b.ini\n"
              "listening on *:80, unix:/run/a b (debug)\n"
              "last load 1970-01-01T00:00:01Z: failed: no such file\n"
              "\n"
              "generation 3 serving, cached, 4 objects\n"
              "worker      pid  connections  requests/s    GB/s   user    sys   PSS MB  s/GB"
              "    requests          GB  restarts\n"
              "     0        8            5          10   1.000   0.05   0.20      4.5  0.25"
              "          30       2.001         0\n"
              "     1        9            0           0   0.000   0.00   0.00        -     -"
              "           0       0.000         2\n"
              "all                        5          10   1.000   0.05   0.20        -  0.25"
              "          30       2.001         2\n");
    free(text);
}

static void
prints_json(void **state)
{
    static const char *const parts[] = {
        "\"version\": \"1.2.3\"",
        "\"config\": \"/etc/a b.ini\"",
        "\"reason\": \"no such file\"",
        "\"bytes\": 2001000000",
        "\"restarts\": 2",
        "\"later\": \"x\"",
        "\"address\": \"unix:/run/a b\"",
        "\"pss\": 4500000",
        "\"pss\": null",
    };
    char *text = print(print_json);

    (void)state;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(text, parts[i]) == NULL)
            fail_msg("no %s in %s", parts[i], text);
    assert_null(strstr(text, "than"));
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_a_table),
        cmocka_unit_test(prints_json),
    };

    return cmocka_run_group_tests_name("overview", tests, NULL, NULL);
}
