/* SPDX-License-Identifier: BSD-2-Clause */
/* Respawn policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "master/respawn.h"

static void
who_has_served_is_replaced_at_once(void **state)
{
    (void)state;
    assert_int_equal(respawn_failures(5, true, 0), 0);
    assert_int_equal(respawn_failures(7, false, RESPAWN_FAST), 0);
    assert_int_equal(respawn_delay(0), 0);
    assert_false(respawn_is_crash_loop(0));
}

static void
failures_in_a_row_wait_longer_and_longer(void **state)
{
    static const uint64_t delays[] = { 0, 1000, 2000, 4000, 8000, 16000, 30000, 30000 };

    (void)state;
    for (unsigned failures = 0; failures < COUNT(delays); failures++)
        assert_int_equal(respawn_delay(failures), delays[failures]);
    assert_int_equal(respawn_delay(4000000000u), RESPAWN_DELAY_MAX);
    assert_int_equal(respawn_failures(0, false, 0), 1);
    assert_int_equal(respawn_failures(6, false, RESPAWN_FAST - 1), 7);
}

static void
a_loop_of_failures_is_given_up(void **state)
{
    (void)state;
    assert_false(respawn_is_crash_loop(RESPAWN_GIVE_UP - 1));
    assert_true(respawn_is_crash_loop(RESPAWN_GIVE_UP));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_served_is_replaced_at_once),
        cmocka_unit_test(failures_in_a_row_wait_longer_and_longer),
        cmocka_unit_test(a_loop_of_failures_is_given_up),
    };

    return cmocka_run_group_tests_name("respawn", tests, NULL, NULL);
}
