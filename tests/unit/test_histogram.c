/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of base/histogram. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "shared/histogram.h"

static const struct {
    uint64_t value;
    unsigned bucket;
} rows[] = {
    { 0, 0 },           { 25000, 0 },        { 25001, 1 },         { 1000000, 5 },
    { 1000001, 6 },     { 99999999999, 15 }, { 100000000000, 15 }, { 100000000001, 16 },
    { UINT64_MAX, 16 },
};

static void
a_bucket_holds_values_up_to_its_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(histogram_bucket(&histogram_time, rows[i].value), rows[i].bucket);
}

static void
bounds_ascend(void **state)
{
    const struct histogram_scale *const scales[] = { &histogram_time, &histogram_bytes };

    (void)state;
    for (size_t scale = 0; scale < 2; scale++)
        for (unsigned i = 0; i < HISTOGRAM_BOUNDS; i++) {
            uint64_t bound = scales[scale]->bounds[i];

            assert_true(i == 0 || bound > scales[scale]->bounds[i - 1]);
            assert_int_equal(histogram_bucket(scales[scale], bound), i);
            assert_int_equal(histogram_bucket(scales[scale], bound + 1), i + 1);
        }
}

static void
sums_and_counts(void **state)
{
    struct histogram one = { 0 };
    struct histogram total = { 0 };

    (void)state;
    histogram_add(&one, &histogram_bytes, 256);
    histogram_add(&one, &histogram_bytes, 257);
    histogram_add(&one, &histogram_bytes, UINT64_C(1) << 40);
    histogram_sum(&total, &one);
    histogram_sum(&total, &one);
    assert_int_equal(histogram_count(&one), 3);
    assert_int_equal(histogram_count(&total), 6);
    assert_int_equal(total.buckets[0], 2);
    assert_int_equal(total.buckets[1], 2);
    assert_int_equal(total.buckets[HISTOGRAM_BOUNDS], 2);
    assert_int_equal(total.sum, 2 * (513 + (UINT64_C(1) << 40)));
}

static void
differences(void **state)
{
    struct histogram earlier = { 0 };
    struct histogram later;

    (void)state;
    histogram_add(&earlier, &histogram_bytes, 1000);
    later = earlier;
    histogram_add(&later, &histogram_bytes, 2000);
    histogram_subtract(&later, &earlier);
    assert_int_equal(histogram_count(&later), 1);
    assert_int_equal(later.sum, 2000);
    assert_int_equal(later.buckets[2], 1);
}

static void
expect_quantile(const struct histogram *histogram, double part, double wanted)
{
    const double value = histogram_quantile(histogram, &histogram_time, part);

    assert_true(value > wanted - 1 && value < wanted + 1);
}

/* The bounds are 25, 50 and 100 us. */
static void
quantiles(void **state)
{
    struct histogram histogram = { 0 };

    (void)state;
    expect_quantile(&histogram, 0.5, -1);
    histogram.buckets[1] = 100;
    expect_quantile(&histogram, 0, 25000);
    expect_quantile(&histogram, 0.5, 37500);
    expect_quantile(&histogram, 1, 50000);
    histogram.buckets[2] = 100;
    expect_quantile(&histogram, 0.5, 50000);
    expect_quantile(&histogram, 0.75, 75000);
    histogram.buckets[HISTOGRAM_BOUNDS] = 1000;
    expect_quantile(&histogram, 0.99, 100e9);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_holds_values_up_to_its_bound),
        cmocka_unit_test(bounds_ascend),
        cmocka_unit_test(sums_and_counts),
        cmocka_unit_test(differences),
        cmocka_unit_test(quantiles),
    };

    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
