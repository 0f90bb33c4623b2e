/* SPDX-License-Identifier: BSD-2-Clause */
/* Freshness: a file is looked at once a millisecond and at the end of each body; one that has
 * changed stays away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/worker.h"

static unsigned looks;
static bool unchanged;

static bool
look(const struct object *object)
{
    (void)object;
    looks++;
    return unchanged;
}

static const struct object_ops of_file = { .intact = look };
static const struct object_ops of_memory = { 0 };
static struct config_asset asset = { .path = (char[]){ "/o" }, .file = (char[]){ "o" } };
static struct freshness freshness[2];
static struct worker worker = { .freshness = freshness };

static int
setup(void **state)
{
    (void)state;
    freshness[0] = freshness[1] = (struct freshness){ 0 };
    worker.now = 1000;
    looks = 0;
    unchanged = true;
    return 0;
}

static void
one_look_a_millisecond(void **state)
{
    const struct object object = { .ops = &of_file, .asset = &asset };
    const struct object other = { .ops = &of_file, .asset = &asset, .index = 1 };

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        assert_true(freshness_go_on(&worker, &object, false));
    assert_int_equal(looks, 1);
    assert_true(freshness_go_on(&worker, &other, false));
    assert_int_equal(looks, 2);
    worker.now++;
    assert_true(freshness_go_on(&worker, &object, false));
    assert_int_equal(looks, 3);
}

static void
always_one_at_the_last_piece(void **state)
{
    const struct object object = { .ops = &of_file, .asset = &asset };

    (void)state;
    assert_true(freshness_begin(&worker, &object));
    assert_true(freshness_go_on(&worker, &object, false));
    assert_int_equal(looks, 1);
    unchanged = false;
    assert_true(freshness_go_on(&worker, &object, false));
    assert_false(freshness_go_on(&worker, &object, true));
    assert_int_equal(looks, 2);
}

static void
what_has_changed_stays_away(void **state)
{
    const struct object object = { .ops = &of_file, .asset = &asset };

    (void)state;
    unchanged = false;
    log_set_level(LOG_LEVEL_ERROR);
    assert_false(freshness_begin(&worker, &object));
    unchanged = true;
    worker.now++;
    assert_false(freshness_begin(&worker, &object));
    assert_false(freshness_go_on(&worker, &object, false));
}

static void
memory_is_not_looked_at(void **state)
{
    const struct object object = { .ops = &of_memory, .asset = &asset };

    (void)state;
    assert_true(freshness_begin(&worker, &object));
    assert_true(freshness_go_on(&worker, &object, true));
    assert_int_equal(looks, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_look_a_millisecond, setup),
        cmocka_unit_test_setup(always_one_at_the_last_piece, setup),
        cmocka_unit_test_setup(what_has_changed_stays_away, setup),
        cmocka_unit_test_setup(memory_is_not_looked_at, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
