/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug_env: what TIFFD_DEBUG may hold, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/debug_env.h"

static const struct {
    const char *text;
    size_t count;
    const char *overrides[DEBUG_ENV_SETTINGS];
} good[] = {
    { NULL, 0, { NULL } },
    { "", 0, { NULL } },
    { "schedtrace=1000", 1, { "debug.schedtrace=1000ms" } },
    { "alloctrace=0", 1, { "debug.alloctrace=0ms" } },
    { "schedtrace=1,alloctrace=86400000",
      2,
      { "debug.schedtrace=1ms", "debug.alloctrace=86400000ms" } },
    { "alloctrace=250,schedtrace=500,",
      2,
      { "debug.alloctrace=250ms", "debug.schedtrace=500ms" } },
};

static const struct {
    const char *text;
    const char *found;
    const char *accepted;
} bad[] = {
    { "gctrace=1", "\"gctrace=1\"", "schedtrace=N and alloctrace=N" },
    { "schedtrace", "\"schedtrace\"", "schedtrace=N" },
    { ",schedtrace=1", "\"\"", "schedtrace=N" },
    { "schedtrace=1 ,alloctrace=1", "\"schedtrace=1 \"", "0 to 86400000 milliseconds" },
    { "schedtrace=", "\"schedtrace=\"", "0 to 86400000 milliseconds" },
    { "schedtrace=1s", "\"schedtrace=1s\"", "milliseconds" },
    { "schedtrace=-1", "\"schedtrace=-1\"", "milliseconds" },
    { "schedtrace=86400001", "\"schedtrace=86400001\"", "86400000" },
    { "schedtrace=18446744073709551616", "\"schedtrace=18446744073709551616\"",
      "milliseconds" },
    { "schedtrace=0000000000000000000000001", "\"schedtrace=000000", "milliseconds" },
    { "Schedtrace=1", "\"Schedtrace=1\"", "schedtrace=N" },
    { "schedtrace=400,schedtrace=300", "\"schedtrace=300\"", "schedtrace only once" },
    { "alloctrace=1,schedtrace=2,alloctrace=1", "\"alloctrace=1\"", "alloctrace only once" },
};

static void
accepts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct debug_env debug;
        char error[DEBUG_ENV_ERROR_SIZE];

        assert_true(debug_env_read(&debug, good[i].text, error));
        assert_int_equal(debug.count, good[i].count);
        for (size_t n = 0; n < debug.count; n++)
            assert_string_equal(debug.overrides[n], good[i].overrides[n]);
    }
}

static void
explains(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct debug_env debug;
        char error[DEBUG_ENV_ERROR_SIZE];

        assert_false(debug_env_read(&debug, bad[i].text, error));
        assert_memory_equal(error, "TIFFD_DEBUG: ", 13);
        assert_null(strchr(error, '\n'));
        if (strstr(error, bad[i].found) == NULL || strstr(error, bad[i].accepted) == NULL)
            fail_msg("%s: %s", bad[i].text, error);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(explains),
    };

    return cmocka_run_group_tests_name("debug_env", tests, NULL, NULL);
}
