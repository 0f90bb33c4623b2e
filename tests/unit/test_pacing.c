/* SPDX-License-Identifier: BSD-2-Clause */
/* Pacing: which part of a section's rate a body has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "worker/pacing.h"

static const struct {
    uint64_t rate;
    uint64_t total;
    uint64_t active;
    uint64_t own;
    uint64_t wanted;
} rows[] = {
    { 0, 0, 1, 1, 0 },
    { 5000, 0, 4, 9, 5000 },
    { 0, 8000, 1, 1, 8000 },
    { 0, 80000, 4, 5, 4000 },
    { 3000, 8000, 1, 2, 3000 },
    { 5000, 8000, 1, 2, 4000 },
    { 0, 8000, 0, 0, 8000 },
    { 0, 8000, 100, 100, 1024 },
    { 500, 8000, 100, 100, 500 },
    { 0, UINT64_MAX, 1, 1, UINT64_MAX },
};

static void
rows_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(pacing_rate(rows[i].rate, rows[i].total, rows[i].active, rows[i].own),
                         rows[i].wanted);
}

/* Together they take no more than the total, however they are spread. */
static void
parts_add_up(void **state)
{
    (void)state;
    for (uint64_t active = 1; active < 9; active++)
        for (uint64_t own = 1; own < 50; own++)
            assert_true(pacing_rate(0, 10000000, active, own) * active * own <= 10000000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_right),
        cmocka_unit_test(parts_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
