/* SPDX-License-Identifier: BSD-2-Clause */
/* Title: what the kernel shows of this very process, with short and long command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/title.h"

static char **own_arguments;

/* All of /proc/PID/cmdline but the zeros at its end; they and what is before them stay. */
static void
assert_shown(const char *title)
{
    char shown[4096] = { 0 };
    FILE *in = fopen("/proc/self/cmdline", "re");
    size_t size;

    assert_non_null(in);
    size = fread(shown, 1, sizeof(shown) - 1, in);
    fclose(in);
    while (size > 0 && shown[size - 1] == '\0')
        size--;
    assert_int_equal(size, strlen(title));
    assert_memory_equal(shown, title, size);
}

static void
a_title_is_all_that_is_shown(void **state)
{
    (void)state;
    title_set("master");
    assert_shown("tiffd: master");
    title_set("worker %u (%s)", 12, "streaming");
    assert_shown("tiffd: worker 12 (streaming)");
    title_set("observer");
    assert_shown("tiffd: observer");
}

/* The command line of this test is shorter than that, so the environment gives space. */
static void
a_long_title_is_cut_off(void **state)
{
    const char *many = "0123456789012345678901234567890123456789012345678901234567890123456789";
    char expected[128];

    (void)state;
    title_set("%s", many);
    snprintf(expected, sizeof(expected), "tiffd: %.63s", many);
    assert_shown(expected);
    title_set("x");
    assert_shown("tiffd: x");
}

static void
arguments_and_variables_stay(void **state)
{
    (void)state;
    title_set("%s", "something");
    assert_string_equal(own_arguments[1], "first");
    assert_string_equal(own_arguments[2], "second");
    assert_null(own_arguments[3]);
    assert_string_equal(getenv("TITLE_TEST"), "kept, and long enough to lie below the title");
    assert_int_equal(unsetenv("TITLE_TEST"), 0);
    assert_null(getenv("TITLE_TEST"));
}

/* Begins anew with a command line and an environment that are known. */
int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_is_all_that_is_shown),
        cmocka_unit_test(a_long_title_is_cut_off),
        cmocka_unit_test(arguments_and_variables_stay),
    };

    if (argc == 1) {
        setenv("TITLE_TEST", "kept, and long enough to lie below the title", 1);
        execl("/proc/self/exe", argv[0], "first", "second", NULL);
        return 1;
    }
    title_init(argv);
    own_arguments = argv;
    return cmocka_run_group_tests_name("title", tests, NULL, NULL);
}
