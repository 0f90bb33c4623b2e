/* SPDX-License-Identifier: BSD-2-Clause */
/* Load_progress: counts, and the line about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/load_progress.h"

static void
expect_line(uint64_t bytes, uint64_t expected, uint64_t elapsed, const char *wanted)
{
    const struct load_progress progress = { .bytes = bytes, .expected = expected };
    char line[128];

    load_progress_line(&progress, elapsed, line, sizeof(line));
    assert_string_equal(line, wanted);
}

static void
a_line_tells_how_far(void **state)
{
    (void)state;
    expect_line(500000000, 2000000000, 500, "loading: 25 % of 2.00 GB, 1.00 GB/s, 2 s left");
    expect_line(2000000000, 2000000000, 1000, "loading: 100 % of 2.00 GB, 2.00 GB/s, 0 s left");
    expect_line(12345, 999999, 1000, "loading: 1 % of 1.00 MB, 12 kB/s, 80 s left");
    expect_line(0, 0, 0, "loading: 0 % of 0 B, 0 B/s, 0 s left");
    /* A file that was read twice. */
    expect_line(20, 10, 1000, "loading: 200 % of 10 B, 20 B/s, 0 s left");
}

static void
what_is_counted(void **state)
{
    struct load_progress *progress = load_progress_create();

    (void)state;
    load_progress_begin(progress);
    load_progress_expect(progress, 100);
    load_progress_expect(progress, 50);
    load_progress_skip(progress, 100);
    load_progress_add(progress, 20);
    assert_int_equal(progress->loading, 1);
    assert_int_equal(progress->expected, 50);
    assert_int_equal(progress->bytes, 20);
    load_progress_end(progress);
    assert_int_equal(progress->loading, 0);
    assert_int_equal(progress->bytes, 20); /* of the last one */
    load_progress_begin(progress);
    assert_int_equal(progress->expected, 0);
    load_progress_destroy(progress);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_tells_how_far),
        cmocka_unit_test(what_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
