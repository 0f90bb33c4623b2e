/* SPDX-License-Identifier: BSD-2-Clause */
/* Steering: a connection goes to the idlest worker on its CPU, never against the balance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/balance.h"
#include "worker/steering.h"

enum { WORKERS = 4 };

struct place {
    uint64_t connections;
    int cpu;
};

static struct slots slots;

static int
setup(void **state)
{
    (void)state;
    return slots_create(&slots, WORKERS, 1);
}

static int
teardown(void **state)
{
    (void)state;
    slots_destroy(&slots);
    return 0;
}

static void
place(const struct place *places)
{
    for (unsigned i = 0; i < WORKERS; i++) {
        slots_worker(&slots, i)->connections = places[i].connections;
        slots_worker(&slots, i)->cpu = (uint32_t)places[i].cpu + 1;
        slots_worker(&slots, i)->pid = 1;
    }
}

/* Who gets a connection of worker 0 whose packets arrive on this CPU? */
static int
choice(int cpu)
{
    const struct steering steering = {
        .slots = &slots, .here = 0, .cpu = cpu, .limit = 1000, .now = 5000
    };

    return steering_choose(&steering);
}

static void
the_worker_on_the_cpu_gets_it(void **state)
{
    (void)state;
    place((const struct place[]){ { 8, 0 }, { 8, 1 }, { 8, 2 }, { 8, 3 } });
    assert_int_equal(choice(1), 1);
    assert_int_equal(choice(3), 3);
    assert_int_equal(choice(0), STEERING_NOBODY);
    assert_int_equal(choice(4), STEERING_NOBODY);
    assert_int_equal(choice(-1), STEERING_NOBODY);
}

/* Two workers share a CPU: whoever is there already is well off. */
static void
who_is_there_stays(void **state)
{
    (void)state;
    place((const struct place[]){ { 9, 1 }, { 8, 1 }, { 8, 0 }, { 8, 0 } });
    assert_int_equal(choice(1), STEERING_NOBODY);
}

static void
the_idlest_of_several_gets_it(void **state)
{
    (void)state;
    place((const struct place[]){ { 9, 0 }, { 9, 1 }, { 8, 1 }, { 9, 1 } });
    assert_int_equal(choice(1), 2);
}

static void
the_balance_comes_first(void **state)
{
    (void)state;
    place((const struct place[]){ { 7, 0 }, { 9, 1 }, { 8, 2 }, { 8, 3 } });
    assert_int_equal(choice(1), STEERING_NOBODY);
    assert_int_equal(choice(2), STEERING_NOBODY);
    place((const struct place[]){ { 8, 0 }, { 8, 1 }, { 8, 2 }, { 8, 3 } });
    assert_int_equal(choice(1), 1);
    place((const struct place[]){ { 80, 0 }, { 81, 1 }, { 80, 2 }, { 80, 3 } });
    assert_int_equal(choice(1), STEERING_NOBODY);
}

static void
a_full_worker_gets_none(void **state)
{
    (void)state;
    place((const struct place[]){ { 1000, 0 }, { 1000, 1 }, { 999, 2 }, { 1000, 3 } });
    assert_int_equal(choice(1), STEERING_NOBODY);
    assert_int_equal(choice(2), 2);
}

static void
what_is_on_its_way_counts(void **state)
{
    (void)state;
    place((const struct place[]){ { 9, 0 }, { 7, 1 }, { 8, 1 }, { 9, 1 } });
    assert_int_equal(choice(1), 1);
    slots_worker(&slots, 1)->coming = 2;
    assert_int_equal(choice(1), 2);
}

/* Nobody knows where a worker is that has not begun. */
static void
one_that_has_not_begun_gets_none(void **state)
{
    (void)state;
    place((const struct place[]){ { 8, 1 }, { 8, -1 }, { 8, 2 }, { 8, 3 } });
    assert_int_equal(choice(0), STEERING_NOBODY);
    assert_int_equal(choice(-1), STEERING_NOBODY);
}

static void
neither_the_dead_nor_the_stuck_get_any(void **state)
{
    (void)state;
    place((const struct place[]){ { 8, 0 }, { 8, 1 }, { 8, 2 }, { 8, 3 } });
    slots_worker(&slots, 1)->pid = 0;
    slots_worker(&slots, 2)->pid = SLOT_STARTING;
    slots_worker(&slots, 3)->turn_began = 5000 - BALANCE_STUCK;
    for (int cpu = 1; cpu < WORKERS; cpu++)
        assert_int_equal(choice(cpu), STEERING_NOBODY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worker_on_the_cpu_gets_it, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_there_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(the_idlest_of_several_gets_it, setup, teardown),
        cmocka_unit_test_setup_teardown(the_balance_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_worker_gets_none, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_on_its_way_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_has_not_begun_gets_none, setup, teardown),
        cmocka_unit_test_setup_teardown(neither_the_dead_nor_the_stuck_get_any, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("steering", tests, NULL, NULL);
}
