/* SPDX-License-Identifier: BSD-2-Clause */
/* Roster: the first process in a place is no restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/roster.h"

static void
restarts_are_those_after_the_first(void **state)
{
    struct roster *roster = roster_create(3);

    (void)state;
    assert_non_null(roster);
    assert_int_equal(roster_restarts(roster), 0);
    roster->places[0].spawned = 1;
    roster->places[2].spawned = 4;
    assert_int_equal(roster_restarts(roster), 3);
    roster_destroy(roster);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_are_those_after_the_first),
    };

    return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
