/* SPDX-License-Identifier: BSD-2-Clause */
/* Headroom: what a limit leaves, and what an object takes besides its own bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "object/headroom.h"

#define MIB (UINT64_C(1) << 20)

static void
what_is_left(void **state)
{
    (void)state;
    /* The cache of files goes when memory is needed. */
    assert_int_equal(headroom_left(&(struct cgroup_memory){ 64 * MIB, 60 * MIB, 50 * MIB }),
                     54 * MIB);
    assert_int_equal(headroom_left(&(struct cgroup_memory){ 64 * MIB, 64 * MIB, 0 }), 0);
    assert_int_equal(headroom_left(&(struct cgroup_memory){ 64 * MIB, 70 * MIB, 1 * MIB }), 0);
    /* Read at different moments, the parts may be more than the whole. */
    assert_int_equal(headroom_left(&(struct cgroup_memory){ 64 * MIB, 1 * MIB, 2 * MIB }),
                     64 * MIB);
    assert_int_equal(headroom_left(&(struct cgroup_memory){ CGROUP_NONE, 70 * MIB, 0 }),
                     CGROUP_NONE);
    assert_int_equal(headroom_left(&(struct cgroup_memory){ 0, 0, 0 }), 0);
}

static void
what_workers_take(void **state)
{
    (void)state;
    assert_int_equal(headroom_besides(512 * MIB, 0), 0);
    assert_int_equal(headroom_besides(512 * MIB, 1), 2 * MIB);
    assert_int_equal(headroom_besides(512 * MIB, 8), 16 * MIB);
}

static void
without_accounts_nothing_is_refused(void **state)
{
    (void)state;
    assert_true(headroom_has(UINT64_MAX / 2));
    assert_int_equal(headroom_take("/object", UINT64_MAX / 2), 0);
    headroom_taken();
}

static void
more_than_the_system_has_is_refused(void **state)
{
    (void)state;
    headroom_open(1);
    assert_int_equal(headroom_take("/object", 1), 0);
    headroom_taken();
    assert_true(headroom_has(1));
    assert_false(headroom_has(UINT64_C(1) << 60));
    assert_true(headroom_take("/object", UINT64_C(1) << 60) < 0);
    assert_int_equal(headroom_take("/object", 1), 0);
    headroom_taken();
    assert_true(headroom_take(NULL, UINT64_C(1) << 60) < 0);
    assert_true(headroom_check("/object", UINT64_C(1) << 60, 0) < 0);
    assert_int_equal(headroom_check("/object", UINT64_C(1) << 50, UINT64_C(1) << 51), 0);
    headroom_close();
    assert_int_equal(headroom_check("/object", UINT64_C(1) << 60, 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left),
        cmocka_unit_test(what_workers_take),
        cmocka_unit_test(without_accounts_nothing_is_refused),
        cmocka_unit_test(more_than_the_system_has_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
