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

#include "base/proc.h"

static bool
parse(const char *text, uint64_t *number)
{
    char copy[256];
    FILE *in;
    bool found;

    strcpy(copy, text);
    in = fmemopen(copy, strlen(copy), "r");
    assert_non_null(in);
    found = proc_parse_number(in, "Pss:", number);
    fclose(in);
    return found;
}

static void
the_line_with_pss(void **state)
{
    uint64_t number = 0;

    (void)state;
    assert_true(parse("55d0-7ffe ---p 00000000 00:00 0    [rollup]\n"
                      "Rss:     900 kB\nPss_Dirty:  7 kB\nPss:      12 kB\nPss_Anon: 3 kB\n",
                      &number));
    assert_int_equal(number, 12);
    assert_false(parse("Rss: 900 kB\nPss_Anon: 3 kB\nSwapPss: 4 kB\n", &number));
}

static void
a_name_in_stat_may_hold_anything(void **state)
{
    struct proc_stat stat;

    (void)state;
    assert_true(
        proc_parse_stat("12 (a) T (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
                        "20 21 22\n",
                        &stat));
    assert_int_equal(stat.state, 'S');
    assert_int_equal(stat.ticks, 11 + 12);
    assert_int_equal(stat.threads, 17);
    assert_int_equal(stat.pages, 21);
    assert_false(proc_parse_stat("", &stat));
    assert_false(proc_parse_stat("12 (a)", &stat));
    assert_false(proc_parse_stat("12 (a) ", &stat));
}

static void
this_process(void **state)
{
    struct proc_sched sched;
    struct proc_stat stat = { 0 };

    (void)state;
    assert_true(proc_stat(getpid(), &stat));
    assert_int_equal(stat.state, 'R');
    assert_int_equal(stat.threads, 1);
    assert_true(proc_sched(getpid(), &sched));
    assert_true(sched.run_ns > 0);
    assert_in_range(stat.pages, 1, 1 << 28);
}

static void
no_process(void **state)
{
    struct proc_stat stat;
    struct proc_sched sched;
    pid_t ended = fork();

    (void)state;
    if (ended == 0)
        _exit(0);
    assert_int_equal(waitpid(ended, NULL, 0), ended);
    assert_false(proc_stat(ended, &stat));
    assert_false(proc_sched(ended, &sched));
    assert_int_equal(sched.run_ns, 0);
    assert_false(proc_stat(0, &stat));
    assert_int_equal(proc_switches(ended), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_with_pss),
        cmocka_unit_test(a_name_in_stat_may_hold_anything),
        cmocka_unit_test(this_process),
        cmocka_unit_test(no_process),
    };

    return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
