/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers with units are read, refused and written back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/unit.h"

static const struct {
    enum unit_scale scale;
    const char *text;
    uint64_t value;
    const char *printed;
} good[] = {
    { UNIT_PLAIN, "0", 0, "0" },
    { UNIT_PLAIN, "0100", 100, "100" },
    { UNIT_PLAIN, "18446744073709551615", UINT64_MAX, "18446744073709551615" },
    { UNIT_SIZE, "0", 0, "0" },
    { UNIT_SIZE, "1000", 1000, "1000" },
    { UNIT_SIZE, "1024", 1024, "1k" },
    { UNIT_SIZE, "64K", 65536, "64k" },
    { UNIT_SIZE, "1m", 1048576, "1m" },
    { UNIT_SIZE, "2048m", 2147483648, "2g" },
    { UNIT_SIZE, "5g", 5368709120, "5g" },
    { UNIT_SIZE, "1025k", 1049600, "1025k" },
    { UNIT_TIME, "0", 0, "0" },
    { UNIT_TIME, "3", 3000, "3s" },
    { UNIT_TIME, "1500ms", 1500, "1500ms" },
    { UNIT_TIME, "2000ms", 2000, "2s" },
    { UNIT_TIME, "60s", 60000, "1m" },
    { UNIT_TIME, "90S", 90000, "90s" },
    { UNIT_TIME, "24h", 86400000, "24h" },
    { UNIT_TIME, "1m", 60000, "1m" },
};

static const struct {
    enum unit_scale scale;
    const char *text;
    const char *reason;
} bad[] = {
    { UNIT_PLAIN, "", "is not a number" },
    { UNIT_PLAIN, "-1", "is not a number" },
    { UNIT_PLAIN, "+1", "is not a number" },
    { UNIT_PLAIN, " 1", "is not a number" },
    { UNIT_PLAIN, "many", "is not a number" },
    { UNIT_PLAIN, "1k", "is not a whole number" },
    { UNIT_PLAIN, "0x10", "is not a whole number" },
    { UNIT_PLAIN, "18446744073709551616", "is above the maximum" },
    { UNIT_SIZE, "k", "is not a number" },
    { UNIT_SIZE, "1s", "has an unknown unit" },
    { UNIT_SIZE, "1.5k", "has an unknown unit" },
    { UNIT_SIZE, "1 k", "has an unknown unit" },
    { UNIT_SIZE, "1kk", "has an unknown unit" },
    { UNIT_SIZE, "18014398509481984k", "is above the maximum" },
    { UNIT_TIME, "1k", "has an unknown unit" },
    { UNIT_TIME, "1d", "has an unknown unit" },
    { UNIT_TIME, "18446744073709551615", "is above the maximum" },
};

static void
reads_and_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        char text[UNIT_TEXT_SIZE];
        uint64_t value = 1;

        assert_null(unit_parse(good[i].scale, good[i].text, &value));
        assert_true(value == good[i].value);
        unit_print(good[i].scale, value, text);
        assert_string_equal(text, good[i].printed);
    }
}

static void
refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        uint64_t value = 42;
        const char *reason = unit_parse(bad[i].scale, bad[i].text, &value);

        assert_non_null(reason);
        assert_string_equal(reason, bad[i].reason);
        assert_int_equal(value, 42);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
