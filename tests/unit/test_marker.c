/* SPDX-License-Identifier: BSD-2-Clause */
/* Marker: each is a function of its own, which does nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "profile/marker.h"

static void
markers_are_functions_of_their_own(void **state)
{
    (void)state;
    for (enum marker marker = 0; marker < MARKERS; marker++) {
        for (enum marker other = 0; other < marker; other++)
            assert_int_not_equal(marker_pc(marker), marker_pc(other));
        ((void (*)(void))(marker_pc(marker) - 2))();
    }
}

static void
every_state_has_one(void **state)
{
    (void)state;
    for (enum row_state row = 0; row < ROW_STATES; row++)
        assert_in_range(marker_of_state(row), MARKER_IDLE, MARKER_LINGER);
    assert_int_equal(marker_of_state(ROW_STATES), MARKER_NOT_KEPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markers_are_functions_of_their_own),
        cmocka_unit_test(every_state_has_one),
    };

    return cmocka_run_group_tests_name("marker", tests, NULL, NULL);
}
