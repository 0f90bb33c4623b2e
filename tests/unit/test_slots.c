/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots: layout on cache lines, exact counts, sums over workers, visibility across fork(2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/counters.h"
#include "shared/slots.h"

static void
no_two_writers_share_a_cache_line(void **state)
{
    struct slots slots;

    (void)state;
    assert_int_equal(slots_create(&slots, 3, 2), 0);
    for (unsigned worker = 0; worker < 3; worker++) {
        uintptr_t slot = (uintptr_t)slots_worker(&slots, worker);

        assert_int_equal(slot % SLOTS_LINE, 0);
        assert_int_equal((uintptr_t)slots_object(&slots, worker, 1) % SLOTS_LINE, 0);
        assert_int_equal((uintptr_t)slots_section(&slots, worker, 0) % SLOTS_LINE, 0);
        assert_ptr_equal(slots_section(&slots, worker, 0), slots_object(&slots, worker, 1) + 1);
        if (worker > 0)
            assert_true((uintptr_t)(slots_section(&slots, worker - 1, 1) + 1) <= slot);
    }
    slots_destroy(&slots);
}

static void
responses_are_counted_by_status_class(void **state)
{
    struct slot_counters counters = { 0 };

    (void)state;
    slot_count_response(&counters, 200);
    slot_count_response(&counters, 206);
    slot_count_response(&counters, 304);
    slot_count_response(&counters, 599);
    assert_int_equal(counters.requests, 4);
    assert_int_equal(counters.status[0], 0);
    assert_int_equal(counters.status[1], 2);
    assert_int_equal(counters.status[2], 1);
    assert_int_equal(counters.status[4], 1);
}

/* Writes in processes of their own, as workers do. */
static void
sums_hold_what_children_wrote(void **state)
{
    enum { WORKERS = 4, REQUESTS = 50000 };
    struct slots slots;
    struct slot total = { 0 };

    (void)state;
    assert_int_equal(slots_create(&slots, WORKERS, 1), 0);
    for (unsigned worker = 0; worker < WORKERS; worker++)
        if (fork() == 0) {
            for (unsigned i = 0; i < REQUESTS; i++)
                slot_count_response(&slots_worker(&slots, worker)->served, 200);
            slot_add(&slots_worker(&slots, worker)->accepted, 3);
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
    counters_sum(&slots, &total);
    assert_int_equal(total.served.requests, WORKERS * REQUESTS);
    assert_int_equal(total.served.status[1], WORKERS * REQUESTS);
    assert_int_equal(total.accepted, 3 * WORKERS);
    slots_destroy(&slots);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_writers_share_a_cache_line),
        cmocka_unit_test(responses_are_counted_by_status_class),
        cmocka_unit_test(sums_hold_what_children_wrote),
    };

    return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
