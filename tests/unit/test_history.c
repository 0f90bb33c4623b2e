/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of shared/history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/history.h"

static struct history_sample samples[HISTORY_SAMPLES];

static void
add(struct history *history, uint64_t number)
{
    history_add(history,
                &(const struct history_sample){ .requests = number, .generation = number });
}

static void
an_empty_history(void **state)
{
    struct history *history = history_create();

    (void)state;
    assert_non_null(history);
    assert_int_equal(history_take(history, samples, HISTORY_SAMPLES), 0);
    history_destroy(history);
}

static void
the_newest_come_oldest_first(void **state)
{
    struct history *history = history_create();

    (void)state;
    for (uint64_t i = 0; i < 10; i++)
        add(history, i);
    assert_int_equal(history_take(history, samples, 3), 3);
    assert_int_equal(samples[0].requests, 7);
    assert_int_equal(samples[2].requests, 9);
    assert_int_equal(history_take(history, samples, HISTORY_SAMPLES), 10);
    assert_int_equal(samples[0].requests, 0);
    history_destroy(history);
}

static void
old_ones_are_overwritten(void **state)
{
    struct history *history = history_create();

    (void)state;
    for (uint64_t i = 0; i < 2 * HISTORY_SAMPLES + 7; i++)
        add(history, i);
    /* The oldest one may be about to be overwritten. */
    assert_int_equal(history_take(history, samples, HISTORY_SAMPLES), HISTORY_SAMPLES - 1);
    assert_int_equal(samples[0].requests, HISTORY_SAMPLES + 8);
    assert_int_equal(samples[HISTORY_SAMPLES - 2].requests, 2 * HISTORY_SAMPLES + 6);
    history_destroy(history);
}

/* A writer that never pauses: whatever is taken is whole and in order. */
static void
what_is_taken_while_it_is_written(void **state)
{
    struct history *history = history_create();
    int status;
    pid_t writer;

    (void)state;
    if ((writer = fork()) == 0) {
        for (uint64_t i = 1; i <= 200000; i++)
            add(history, i);
        _exit(0);
    }
    while (waitpid(writer, &status, WNOHANG) == 0) {
        const size_t count = history_take(history, samples, HISTORY_SAMPLES);

        for (size_t i = 0; i < count; i++) {
            assert_int_equal(samples[i].requests, samples[i].generation);
            assert_true(i == 0 || samples[i].requests == samples[i - 1].requests + 1);
        }
    }
    assert_int_equal(status, 0);
    history_destroy(history);
}

/* A count from a process that was taken over. */
static void
any_count_is_survived(void **state)
{
    struct history *history = history_create();

    (void)state;
    history->written = UINT64_MAX;
    assert_in_range(history_take(history, samples, HISTORY_SAMPLES), 0, HISTORY_SAMPLES);
    history->written = UINT64_C(1) << 63;
    assert_in_range(history_take(history, samples, HISTORY_SAMPLES), 0, HISTORY_SAMPLES);
    history_destroy(history);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_history),
        cmocka_unit_test(the_newest_come_oldest_first),
        cmocka_unit_test(old_ones_are_overwritten),
        cmocka_unit_test(what_is_taken_while_it_is_written),
        cmocka_unit_test(any_count_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
