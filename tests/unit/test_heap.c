/* SPDX-License-Identifier: BSD-2-Clause */
/* Heap: estimates against known patterns, in children; the weights against their formula. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/count.h"
#include "build.h"
#include "profile/heap.h"
#include "profile_load.h"

static struct tables tables;

static int
set_up(void **state)
{
    (void)state;
    return tables_create(&tables, &(struct tables_plan){ .workers = 1 });
}

static int
tear_down(void **state)
{
    (void)state;
    tables_destroy(&tables);
    return 0;
}

static void
weights_undo_the_chance_of_being_sampled(void **state)
{
    static const struct {
        size_t size;
        uint64_t rate;
        double weight;
    } rows[] = {
        { 0, 512, 1 },           { 100, 1, 1 },           { 100, 0, 1 },
        { 512, 512, 1.5819767 }, { 1, 524288, 524288.5 }, { 1u << 30, 4096, 1 },
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(rows); i++)
        assert_true(fabs(heap_weight(rows[i].size, rows[i].rate) / rows[i].weight - 1) < 1e-6);
}

#if HAVE_TCMALLOC

enum { RATE = 4096, HELD = 4000, CHURNED = 40000 };

static void *volatile held[HELD];

/* 4000 * 3000 bytes are kept, 40000 blocks of 100 to 1599 bytes are not. */
__attribute__((noinline, noclone)) static void
hold(void)
{
    for (unsigned i = 0; i < HELD; i++)
        held[i] = malloc(3000);
}

__attribute__((noinline, noclone)) static void
churn(void)
{
    for (unsigned i = 0; i < CHURNED; i++) {
        void *volatile block = malloc(100 + i % 1500);

        free(block);
    }
}

static const int64_t HELD_BYTES = (int64_t)HELD * 3000;
static const int64_t CHURNED_BYTES = (int64_t)CHURNED / 1500 * (1500 * 100 + 1499 * 1500 / 2);

static void
start(void)
{
    if (heap_start(tables_heap(&tables, 0), RATE) < 0)
        _exit(1);
}

static void
known_pattern(void *argument)
{
    (void)argument;
    start();
    churn();
    hold();
    raise(SIGKILL);
}

static int64_t
total_of(const char *type)
{
    struct profile *profile = profile_take(&tables, PROFILE_HEAP, 0, 1, NULL);
    int64_t total = profile_total(profile, (unsigned)profile_type_index(PROFILE_HEAP, type));

    profile_free(profile);
    return total;
}

static void
assert_near(int64_t value, int64_t wanted)
{
    assert_in_range(value, wanted - wanted / 20, wanted + wanted / 20);
}

static void
estimates_are_near_the_truth_and_survive_a_kill(void **state)
{
    struct profile *profile;
    uint64_t ns;

    (void)state;
    assert_int_equal(load_wait(load_start(known_pattern, NULL), &ns), SIGKILL);
    assert_near(total_of("alloc_space"), HELD_BYTES + CHURNED_BYTES);
    assert_near(total_of("inuse_space"), HELD_BYTES);
    assert_near(total_of("inuse_objects"), HELD);
    assert_near(total_of("alloc_objects"), HELD + CHURNED);
    profile = profile_take(&tables, PROFILE_HEAP, 0, 1, NULL);
    assert_true(load_has_stack(profile, "hold", "main"));
    assert_true(load_has_stack(profile, "churn", "main"));
    assert_false(load_has_stack(profile, "on_new", "main"));
    profile_free(profile);
}

static void
only_start(void *argument)
{
    (void)argument;
    start();
}

static void
what_a_dead_process_held_is_not_in_use_when_the_next_starts(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(load_wait(load_start(known_pattern, NULL), &ns), SIGKILL);
    assert_int_equal(load_wait(load_start(only_start, NULL), &ns), 0);
    assert_near(total_of("alloc_space"), HELD_BYTES + CHURNED_BYTES);
    assert_in_range(total_of("inuse_space"), 0, 10 * RATE);
}

static void *
allocate_in_thread(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 20000; i++) {
        void *volatile block = malloc(1000);

        block = realloc(block, 2000);
        free(block);
    }
    return NULL;
}

static void
allocate_in_threads(void *argument)
{
    pthread_t threads[4];

    (void)argument;
    start();
    for (unsigned i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, allocate_in_thread, NULL) != 0)
            _exit(1);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void
threads_may_allocate_at_once(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(load_wait(load_start(allocate_in_threads, NULL), &ns), 0);
    assert_near(total_of("alloc_space"), 4LL * 20000 * 3000);
    assert_in_range(total_of("inuse_space"), 0, 40 * RATE);
}

/* More is alive than there are places for. */
static void
overflow(void *argument)
{
    (void)argument;
    if (heap_start(tables_heap(&tables, 0), 1) < 0)
        _exit(1);
    for (unsigned i = 0; i < 30000; i++)
        if (malloc(64) == NULL)
            _exit(2);
}

static void
what_does_not_fit_is_in_the_sum_of_allocations(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(load_wait(load_start(overflow, NULL), &ns), 0);
    assert_near(total_of("alloc_space"), 30000 * 64);
    assert_in_range(total_of("inuse_space"), 1000 * 64, 30000 * 64);
}

static void
stop_then_allocate(void *argument)
{
    (void)argument;
    start();
    heap_stop();
    churn();
}

static void
nothing_is_counted_when_off(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(load_wait(load_start(stop_then_allocate, NULL), &ns), 0);
    assert_int_equal(total_of("alloc_space"), 0);
}

#else

static void
a_build_without_tcmalloc_says_so(void **state)
{
    (void)state;
    assert_int_equal(heap_start(tables_heap(&tables, 0), 4096), -ENOTSUP);
    heap_stop();
}

#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_undo_the_chance_of_being_sampled),
#if HAVE_TCMALLOC
        cmocka_unit_test_setup_teardown(estimates_are_near_the_truth_and_survive_a_kill, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_dead_process_held_is_not_in_use_when_the_next_starts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_may_allocate_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_in_the_sum_of_allocations, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_counted_when_off, set_up, tear_down),
#else
        cmocka_unit_test_setup_teardown(a_build_without_tcmalloc_says_so, set_up, tear_down),
#endif
    };

    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
