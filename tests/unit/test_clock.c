/* SPDX-License-Identifier: BSD-2-Clause */
/* Clock: the units, and the CPU time of this process, of one that has ended, and of none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static void
milliseconds_and_nanoseconds(void **state)
{
    const uint64_t before = clock_read(CLOCK_MONOTONIC);
    const uint64_t now = clock_now();
    const uint64_t wall = clock_wall();

    (void)state;
    assert_in_range(now, before / 1000000, clock_read(CLOCK_MONOTONIC) / 1000000);
    assert_in_range(wall / 1000000000u, (uint64_t)time(NULL) - 60, (uint64_t)time(NULL) + 1);
}

static void
a_clock_that_is_none(void **state)
{
    (void)state;
    assert_int_equal(clock_read(12345), 0);
}

static void
this_process(void **state)
{
    struct rusage usage;
    uint64_t ns = 0;

    (void)state;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    assert_true(clock_of_process(getpid(), &ns));
    assert_in_range(ns + 2000, clock_of_usage(&usage), clock_of_usage(&usage) + 1000000000);
}

static void
no_process(void **state)
{
    uint64_t ns = 0;
    pid_t ended = fork();

    (void)state;
    if (ended == 0)
        _exit(0);
    assert_int_equal(waitpid(ended, NULL, 0), ended);
    assert_false(clock_of_process(ended, &ns));
    assert_false(clock_of_process(0, &ns));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milliseconds_and_nanoseconds),
        cmocka_unit_test(a_clock_that_is_none),
        cmocka_unit_test(this_process),
        cmocka_unit_test(no_process),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
