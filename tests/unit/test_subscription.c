/* SPDX-License-Identifier: BSD-2-Clause */
/* Scope and subscription: which workers of which generation, and that each wish is taken back
 * once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "observed.h"
#include "observer/subscription.h"
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
    older.shared.roster->entries[1].pid = getpid();
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
    struct subscription *subscriptions = subscription_create(2);
    struct scope all;
    struct scope one = scope_of(&newest.view, 1);

    (void)state;
    older.shared.roster->entries[0].pid =
        -1; /* nobody is signalled: the table names no process */
    older.shared.roster->entries[1].pid = getpid();
    all = scope_of(&newest.view, SCOPE_ALL);
    assert_non_null(subscriptions);
    subscription_begin(&subscriptions[0], &newest.view, &all);
    subscription_begin(&subscriptions[1], &newest.view, &one);
    assert_int_equal(wanted(&newest, 0), 1);
    assert_int_equal(wanted(&newest, 1), 2);
    assert_int_equal(wanted(&older, 1), 1);
    subscription_end(&subscriptions[0], &newest.view);
    subscription_end(&subscriptions[0], &newest.view);
    assert_int_equal(wanted(&newest, 0), 0);
    assert_int_equal(wanted(&newest, 1), 1);
    assert_int_equal(wanted(&older, 0), 0);
    assert_int_equal(wanted(&older, 1), 0);
    subscription_end(&subscriptions[1], &newest.view);
    assert_int_equal(wanted(&newest, 1), 0);
    munmap(subscriptions, 2 * sizeof(*subscriptions));
}

/* As if the process had been killed after it had asked two workers. */
static void
half_a_wish(void **state)
{
    struct subscription *subscription = subscription_create(1);
    struct scope all = scope_of(&newest.view, SCOPE_ALL);

    (void)state;
    subscription_begin(subscription, &newest.view, &all);
    tables_cpu(&newest.tables, 2)->wanted--;
    subscription->begun = 2;
    subscription_end(subscription, &newest.view);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(wanted(&newest, i), 0);
    munmap(subscription, sizeof(*subscription));
}

/* As a process may leave it that a client has taken over. */
static void
a_wish_that_nobody_can_have(void **state)
{
    static const struct subscription bad[] = {
        { .scope = { 0, 3, 1 }, .begun = 4 },
        { .scope = { 0, 4, 1 }, .begun = 4 },
        { .scope = { 2, 3, 1 }, .begun = 1 },
        { .scope = { UINT32_MAX, 1, 1 }, .begun = 1 },
        { .scope = { 0, 3, UINT32_MAX }, .begun = UINT32_MAX },
    };
    struct subscription *subscription = subscription_create(1);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        *subscription = bad[i];
        subscription_end(subscription, &newest.view);
        assert_int_equal(subscription->begun, 0);
        for (unsigned worker = 0; worker < 3; worker++)
            assert_int_equal(wanted(&newest, worker), 0);
    }
    munmap(subscription, sizeof(*subscription));
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

    return cmocka_run_group_tests_name("subscription", tests, NULL, NULL);
}
