/* SPDX-License-Identifier: BSD-2-Clause */
/* Balance: the share grows with the idlest worker; who can't accept does not hold others up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/balance.h"

static struct slots
slots_with(const uint64_t *connections, unsigned workers)
{
    struct slots slots;

    assert_int_equal(slots_create(&slots, workers, 1), 0);
    for (unsigned i = 0; i < workers; i++) {
        slots_worker(&slots, i)->connections = connections[i];
        slots_worker(&slots, i)->pid = 1;
    }
    return slots;
}

/* 1.3 is what the busiest may have above the idlest once there are a few connections. */
static void
the_share_stays_near_the_least(void **state)
{
    (void)state;
    assert_int_equal(balance_share(0), 1);
    for (uint64_t least = 6; least < 10000; least++)
        assert_true(balance_share(least) * 10 <= least * 13);
}

static void
one_worker_alone_takes_all(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 1000 }, 1);

    (void)state;
    assert_false(balance_reached(&slots, 0, 0));
    slots_destroy(&slots);
}

static void
only_the_idlest_go_on(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 8, 10, 9, 8 }, 4);

    (void)state;
    assert_false(balance_reached(&slots, 0, 0));
    assert_true(balance_reached(&slots, 1, 0));
    assert_false(balance_reached(&slots, 2, 0));
    assert_false(balance_reached(&slots, 3, 0));
    slots_destroy(&slots);
}

static void
the_dead_and_the_stuck_do_not_count(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 50, 0, 0, 50 }, 4);

    (void)state;
    slots_worker(&slots, 1)->pid = 0;
    slots_worker(&slots, 2)->turn_began = 1000;
    assert_true(balance_reached(&slots, 0, 1000 + BALANCE_STUCK - 1));
    assert_false(balance_reached(&slots, 0, 1000 + BALANCE_STUCK));
    slots_destroy(&slots);
}

/* Who drains, or lacks descriptors, neither holds others up nor gets what they have. */
static void
the_closed_do_not_count(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 50, 0, 50 }, 3);

    (void)state;
    assert_true(balance_reached(&slots, 0, 0));
    assert_true(balance_invites(&slots, 1, 0));
    slots_worker(&slots, 1)->closed = 1;
    assert_false(balance_reached(&slots, 0, 0));
    assert_false(balance_invites(&slots, 1, 0));
    slots_destroy(&slots);
}

static void
what_is_on_its_way_counts(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 8, 8 }, 2);

    (void)state;
    assert_true(balance_invites(&slots, 1, 0));
    slots_worker(&slots, 1)->coming = 2;
    assert_false(balance_invites(&slots, 1, 0));
    assert_false(balance_reached(&slots, 0, 0));
    slots_destroy(&slots);
}

/* The first worker must not take everything before the others exist. */
static void
the_ones_that_start_count(void **state)
{
    struct slots slots = slots_with((const uint64_t[]){ 1, 0 }, 2);

    (void)state;
    slots_worker(&slots, 1)->pid = SLOT_STARTING;
    assert_true(balance_reached(&slots, 0, 0));
    slots_destroy(&slots);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_stays_near_the_least),
        cmocka_unit_test(one_worker_alone_takes_all),
        cmocka_unit_test(only_the_idlest_go_on),
        cmocka_unit_test(the_closed_do_not_count),
        cmocka_unit_test(what_is_on_its_way_counts),
        cmocka_unit_test(the_ones_that_start_count),
        cmocka_unit_test(the_dead_and_the_stuck_do_not_count),
    };

    return cmocka_run_group_tests_name("balance", tests, NULL, NULL);
}
