/* SPDX-License-Identifier: BSD-2-Clause */
/* Seat: as many as there are, also when processes take them that end at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "observer/seat.h"

static void
as_many_as_there_are(void **state)
{
    struct seats seats;

    (void)state;
    assert_int_equal(seat_create(&seats, 2), 0);
    assert_false(seat_has(&seats, 1));
    assert_true(seat_take(&seats, 1));
    assert_true(seat_take(&seats, 2));
    assert_false(seat_take(&seats, 3));
    assert_true(seat_has(&seats, 1));
    seat_give(&seats, 3);
    assert_false(seat_take(&seats, 3));
    seat_give(&seats, 1);
    assert_false(seat_has(&seats, 1));
    assert_true(seat_take(&seats, 3));
    seat_destroy(&seats);
}

static void
those_of_a_process_that_is_gone(void **state)
{
    struct seats seats;
    int status;

    (void)state;
    assert_int_equal(seat_create(&seats, 1), 0);
    if (fork() == 0)
        _exit(seat_take(&seats, 7) ? 0 : 1);
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
    assert_false(seat_take(&seats, 1));
    seat_give(&seats, 7);
    assert_true(seat_take(&seats, 1));
    seat_destroy(&seats);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_there_are),
        cmocka_unit_test(those_of_a_process_that_is_gone),
    };

    return cmocka_run_group_tests_name("seat", tests, NULL, NULL);
}
