/* SPDX-License-Identifier: BSD-2-Clause */
/* Proc: the kernel's accounts of this process, and of none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "observer/proc.h"

static bool
parse(const char *text, uint64_t *bytes)
{
    char copy[256];
    FILE *in;
    bool found;

    strcpy(copy, text);
    in = fmemopen(copy, strlen(copy), "r");
    assert_non_null(in);
    found = proc_parse_pss(in, bytes);
    fclose(in);
    return found;
}

static void
the_line_with_pss(void **state)
{
    uint64_t bytes = 0;

    (void)state;
    assert_true(parse("55d0-7ffe ---p 00000000 00:00 0    [rollup]\n"
                      "Rss:     900 kB\nPss_Dirty:  7 kB\nPss:      12 kB\nPss_Anon: 3 kB\n",
                      &bytes));
    assert_int_equal(bytes, 12 * 1024);
    assert_false(parse("Rss: 900 kB\nPss_Anon: 3 kB\nSwapPss: 4 kB\n", &bytes));
}

static void
this_process(void **state)
{
    uint64_t bytes;

    (void)state;
    assert_true(proc_pss(getpid(), &bytes));
    assert_in_range(bytes, 4096, (uint64_t)1 << 40);
}

static void
no_process(void **state)
{
    uint64_t value;
    pid_t ended = fork();

    (void)state;
    if (ended == 0)
        _exit(0);
    assert_int_equal(waitpid(ended, NULL, 0), ended);
    assert_false(proc_pss(ended, &value));
    assert_false(proc_pss(0, &value));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_with_pss),
        cmocka_unit_test(this_process),
        cmocka_unit_test(no_process),
    };

    return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
