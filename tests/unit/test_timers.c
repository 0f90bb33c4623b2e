/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers: order, re-arming, and what epoll_wait(2) is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/timers.h"

static void
an_empty_queue_waits_for_ever(void **state)
{
    struct timer_queue queue;

    (void)state;
    timers_init(&queue, 100);
    assert_null(timers_first(&queue));
    assert_null(timers_due(&queue, UINT64_MAX));
    assert_int_equal(timers_wait(&queue, 0, -1), -1);
    assert_int_equal(timers_wait(&queue, 0, 7), 7);
}

static void
the_first_armed_is_due_first(void **state)
{
    struct timer_queue queue;
    struct timer a = { 0 };
    struct timer b = { 0 };

    (void)state;
    timers_init(&queue, 100);
    timers_arm(&queue, &a, 1000);
    timers_arm(&queue, &b, 1050);
    assert_null(timers_due(&queue, 1099));
    assert_ptr_equal(timers_due(&queue, 1100), &a);
    timers_disarm(&a);
    assert_null(timers_due(&queue, 1149));
    assert_ptr_equal(timers_due(&queue, 1150), &b);
}

static void
arming_again_starts_anew(void **state)
{
    struct timer_queue queue;
    struct timer a = { 0 };
    struct timer b = { 0 };

    (void)state;
    timers_init(&queue, 100);
    timers_arm(&queue, &a, 0);
    timers_arm(&queue, &b, 10);
    timers_arm(&queue, &a, 20);
    assert_ptr_equal(timers_first(&queue), &b);
    timers_disarm(&b);
    assert_ptr_equal(timers_first(&queue), &a);
    assert_int_equal(a.deadline, 120);
}

static void
disarming_twice_is_harmless(void **state)
{
    struct timer_queue queue;
    struct timer a = { 0 };

    (void)state;
    timers_init(&queue, 100);
    timers_disarm(&a);
    timers_arm(&queue, &a, 0);
    timers_disarm(&a);
    timers_disarm(&a);
    assert_null(timers_first(&queue));
}

static void
the_wait_is_the_earliest(void **state)
{
    struct timer_queue queue;
    struct timer a = { 0 };

    (void)state;
    timers_init(&queue, 100);
    timers_arm(&queue, &a, 1000);
    assert_int_equal(timers_wait(&queue, 1040, -1), 60);
    assert_int_equal(timers_wait(&queue, 1040, 59), 59);
    assert_int_equal(timers_wait(&queue, 1040, 61), 60);
    assert_int_equal(timers_wait(&queue, 5000, -1), 0);
    timers_init(&queue, UINT64_MAX / 2);
    a = (struct timer){ 0 };
    timers_arm(&queue, &a, 0);
    assert_int_equal(timers_wait(&queue, 0, -1), INT32_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue_waits_for_ever),
        cmocka_unit_test(the_first_armed_is_due_first),
        cmocka_unit_test(arming_again_starts_anew),
        cmocka_unit_test(disarming_twice_is_harmless),
        cmocka_unit_test(the_wait_is_the_earliest),
    };

    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
