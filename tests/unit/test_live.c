/* SPDX-License-Identifier: BSD-2-Clause */
/* Live: what goes in comes out, once; a full set refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "profile/live.h"

static void
entries_are_found_until_they_are_taken(void **state)
{
    struct live *live = aligned_alloc(64, sizeof(*live));
    struct live_entry entry = { .objects = 3 };
    unsigned kept = 0;

    (void)state;
    live_clear(live);
    for (uintptr_t i = 1; i <= 2000; i++) {
        entry.bytes = i;
        kept += live_add(live, 0x7f0000000000 + i * 48, &entry);
    }
    assert_true(kept > 1980);
    assert_false(live_has(live, 0x7f0000000000));
    for (uintptr_t i = 1; i <= 2000; i++) {
        uintptr_t address = 0x7f0000000000 + i * 48;

        if (!live_has(live, address))
            continue;
        assert_true(live_take(live, address, &entry));
        assert_int_equal(entry.bytes, i);
        assert_false(live_take(live, address, &entry));
        kept--;
    }
    assert_int_equal(kept, 0);
    free(live);
}

static void
a_full_table_refuses(void **state)
{
    struct live *live = aligned_alloc(64, sizeof(*live));
    const struct live_entry entry = { .objects = 1 };
    unsigned kept = 0;

    (void)state;
    live_clear(live);
    for (uintptr_t i = 1; i <= 100000; i++)
        kept += live_add(live, i * 16, &entry);
    assert_in_range(kept, LIVE_SETS, LIVE_SETS * LIVE_WAYS);
    live_clear(live);
    assert_false(live_has(live, 16));
    free(live);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found_until_they_are_taken),
        cmocka_unit_test(a_full_table_refuses),
    };

    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
