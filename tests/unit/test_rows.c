/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of shared/rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/marker.h"
#include "shared/rows.h"

#define CAPACITY 3

static struct rows *
make(void)
{
    struct rows *rows = calloc(1, rows_size(CAPACITY));

    assert_non_null(rows);
    rows_start(rows, CAPACITY);
    return rows;
}

static unsigned
count(const struct rows *rows)
{
    struct row row;
    size_t place = 0;
    unsigned found = 0;

    while (rows_next(rows, CAPACITY, &place, &row))
        found++;
    return found;
}

static void
rows_are_taken_given_and_taken_again(void **state)
{
    struct rows *rows = make();
    struct row *taken[CAPACITY];

    (void)state;
    assert_int_equal(count(rows), 0);
    for (uint32_t i = 0; i < CAPACITY; i++) {
        assert_non_null(taken[i] = rows_take(rows));
        taken[i]->connection = i + 1;
    }
    assert_null(rows_take(rows));
    assert_int_equal(count(rows), CAPACITY);
    taken[1]->stalled = 7;
    rows_give(rows, taken[1]);
    rows_give(rows, NULL);
    assert_int_equal(count(rows), CAPACITY - 1);
    assert_ptr_equal(rows_take(rows), taken[1]);
    assert_int_equal(taken[1]->stalled, 0);
    free(rows);
}

static void
a_new_process_begins_with_none(void **state)
{
    struct rows *rows = make();

    (void)state;
    rows_take(rows)->connection = 1;
    rows_start(rows, CAPACITY);
    assert_int_equal(count(rows), 0);
    assert_ptr_equal(rows_take(rows), &rows->rows[0]);
    free(rows);
}

static void
a_reader_stays_inside_the_memory(void **state)
{
    struct rows *rows = make();

    (void)state;
    rows_take(rows)->connection = 1;
    rows->taken = UINT32_MAX;
    assert_int_equal(count(rows), 1);
    free(rows);
}

static void
states_have_names_and_markers(void **state)
{
    (void)state;
    for (enum row_state i = 0; i < ROW_STATES; i++) {
        assert_non_null(rows_state_name(i));
        assert_true(marker_of_state(i) >= MARKER_IDLE);
    }
    assert_string_equal(rows_state_name(ROW_SEND), "send");
    assert_string_equal(rows_state_name(ROW_STATES), "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_taken_given_and_taken_again),
        cmocka_unit_test(a_new_process_begins_with_none),
        cmocka_unit_test(a_reader_stays_inside_the_memory),
        cmocka_unit_test(states_have_names_and_markers),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
