/* SPDX-License-Identifier: BSD-2-Clause */
/* Scope and want: which workers of which generation, and that each wish is taken back once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "observed.h"
#include "observer/want.h"
#include "profile/sampler.h"

static struct observed newest;
static struct observed older;

static int
set_up(void **state)
{
    (void)state;
    observed_create(&newest, 3);
    observed_create(&older, 2);
    newest.view.older = &older.view;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    observed_destroy(&newest);
    observed_destroy(&older);
    return 0;
}

static uint32_t
wanted(const struct observed *observed, unsigned worker)
{
    return tables_cpu(&observed->tables, worker)->wanted;
}

static void
one_worker(void **state)
{
    struct scope scope = scope_of(&newest.view, 2);
    unsigned worker;

    (void)state;
    assert_ptr_equal(scope_worker(&scope, &newest.view, 0, &worker), &newest.view);
    assert_int_equal(worker, 2);
    assert_null(scope_worker(&scope, &newest.view, 1, &worker));
}

static void
all_workers(void **state)
{
    struct scope scope = scope_of(&newest.view, SCOPE_ALL);
    unsigned worker;

    (void)state;
    assert_non_null(scope_worker(&scope, &newest.view, 2, &worker));
    assert_null(scope_worker(&scope, &newest.view, 3, &worker));
}

/* Who still drains counts; whose last process has ended does not. */
static void
draining_generation(void **state)
{
    struct scope scope;
    struct profile *profile;
    unsigned worker;

    (void)state;
    older.roster->places[1].pid = getpid();
    scope = scope_of(&newest.view, SCOPE_ALL);
    assert_ptr_equal(scope_worker(&scope, &newest.view, 2, &worker), &newest.view);
    assert_ptr_equal(scope_worker(&scope, &newest.view, 4, &worker), &older.view);
    assert_int_equal(worker, 1);
    assert_null(scope_worker(&scope, &newest.view, 5, &worker));
    profile = scope_take(&scope, &newest.view, PROFILE_CPU);
    assert_non_null(profile);
    assert_int_equal(profile->count, 5);
    assert_int_equal(profile->parts[4].worker, 1);
    profile_free(profile);
}

static void
wishes_are_taken_back(void **state)
{
    struct want *wants = want_create(2);
    struct scope all;
    struct scope one = scope_of(&newest.view, 1);

    (void)state;
    older.roster->places[0].pid = -1; /* nobody is signalled: the table names no process */
    older.roster->places[1].pid = getpid();
    all = scope_of(&newest.view, SCOPE_ALL);
    assert_non_null(wants);
    want_begin(&wants[0], &newest.view, &all);
    want_begin(&wants[1], &newest.view, &one);
    assert_int_equal(wanted(&newest, 0), 1);
    assert_int_equal(wanted(&newest, 1), 2);
    assert_int_equal(wanted(&older, 1), 1);
    want_end(&wants[0], &newest.view);
    want_end(&wants[0], &newest.view);
    assert_int_equal(wanted(&newest, 0), 0);
    assert_int_equal(wanted(&newest, 1), 1);
    assert_int_equal(wanted(&older, 0), 0);
    assert_int_equal(wanted(&older, 1), 0);
    want_end(&wants[1], &newest.view);
    assert_int_equal(wanted(&newest, 1), 0);
    munmap(wants, 2 * sizeof(*wants));
}

/* As if the process had been killed after it had asked two workers. */
static void
half_a_wish(void **state)
{
    struct want *want = want_create(1);
    struct scope all = scope_of(&newest.view, SCOPE_ALL);

    (void)state;
    want_begin(want, &newest.view, &all);
    tables_cpu(&newest.tables, 2)->wanted--;
    want->begun = 2;
    want_end(want, &newest.view);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(wanted(&newest, i), 0);
    munmap(want, sizeof(*want));
}

/* As a process may leave it that a client has taken over. */
static void
a_wish_that_nobody_can_have(void **state)
{
    static const struct want bad[] = {
        { .scope = { 0, 3, 1 }, .begun = 4 },
        { .scope = { 0, 4, 1 }, .begun = 4 },
        { .scope = { 2, 3, 1 }, .begun = 1 },
        { .scope = { UINT32_MAX, 1, 1 }, .begun = 1 },
        { .scope = { 0, 3, UINT32_MAX }, .begun = UINT32_MAX },
    };
    struct want *want = want_create(1);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        *want = bad[i];
        want_end(want, &newest.view);
        assert_int_equal(want->begun, 0);
        for (unsigned worker = 0; worker < 3; worker++)
            assert_int_equal(wanted(&newest, worker), 0);
    }
    munmap(want, sizeof(*want));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_workers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draining_generation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wishes_are_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_a_wish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wish_that_nobody_can_have, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("want", tests, NULL, NULL);
}
