/* SPDX-License-Identifier: BSD-2-Clause */
/* Exposition: lines of Prometheus' text format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/exposition.h"

static char *text;
static size_t size;
static struct exposition out;

static int
set_up(void **state)
{
    (void)state;
    out = (struct exposition){ .out = open_memstream(&text, &size) };
    return out.out == NULL;
}

static int
tear_down(void **state)
{
    (void)state;
    free(text);
    return 0;
}

static void
a_family(void **state)
{
    (void)state;
    exposition_family(&out, "a_total", "counter", "What a is.");
    fclose(out.out);
    assert_string_equal(text, "# HELP a_total What a is.\n# TYPE a_total counter\n");
}

static void
numbers(void **state)
{
    static const struct {
        double value;
        const char *line;
    } rows[] = {
        { 0, "a 0\n" },
        { 123456789012345678.0, "a 1.23456789012346e+17\n" },
        { 9007199254740991.0, "a 9007199254740991\n" },
        { 0.1, "a 0.1\n" },
        { 1763686442.125, "a 1763686442.125\n" },
        { 2e-10, "a 2e-10\n" },
    };
    long at = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        exposition_sample(&out, "a", NULL, rows[i].value);
        fflush(out.out);
        assert_string_equal(text + at, rows[i].line);
        at = ftell(out.out);
    }
    fclose(out.out);
}

static void
labels(void **state)
{
    const struct exposition_label two[] = { { "path", "/\"\\\n" },
                                            { "b", "" },
                                            { NULL, NULL } };
    const struct exposition_label none[] = { { NULL, NULL } };

    (void)state;
    exposition_sample(&out, "a", two, 1);
    exposition_sample(&out, "a", none, 2);
    fclose(out.out);
    assert_string_equal(text, "a{path=\"/\\\"\\\\\\n\",b=\"\"} 1\na 2\n");
}

/* Buckets are cumulated, each value is in the one that its bound names. */
static void
a_histogram(void **state)
{
    struct histogram histogram = { 0 };

    (void)state;
    histogram_add(&histogram, &histogram_time, 25000);
    histogram_add(&histogram, &histogram_time, 25001);
    histogram_add(&histogram, &histogram_time, UINT64_C(200000000000));
    exposition_histogram(&out, "h", NULL, &histogram, &histogram_time, 1e9, NULL);
    fclose(out.out);
    assert_ptr_equal(text, strstr(text, "h_bucket{le=\"2.5e-05\"} 1\n"
                                        "h_bucket{le=\"5e-05\"} 2\n"));
    assert_non_null(strstr(text, "\nh_bucket{le=\"100\"} 2\nh_bucket{le=\"+Inf\"} 3\n"
                                 "h_sum 200.000050001\nh_count 3\n"));
}

/* One label among others; a bound that is a whole number has a fraction in OpenMetrics. */
static void
an_open_histogram(void **state)
{
    const struct exposition_label one[] = { { "a", "b" }, { NULL, NULL } };
    struct histogram histogram = { 0 };

    (void)state;
    out.open = true;
    exposition_family(&out, "h", "histogram", "H.");
    exposition_histogram(&out, "h", one, &histogram, &histogram_time, 1e9, NULL);
    exposition_end(&out);
    fclose(out.out);
    assert_ptr_equal(text, strstr(text, "# HELP h H.\n# TYPE h histogram\n"));
    assert_non_null(strstr(text, "\nh_bucket{a=\"b\",le=\"2.5e-05\"} 0\n"));
    assert_non_null(strstr(text, "\nh_bucket{a=\"b\",le=\"100.0\"} 0\n"
                                 "h_bucket{a=\"b\",le=\"+Inf\"} 0\nh_sum{a=\"b\"} 0\n"
                                 "h_count{a=\"b\"} 0\n# EOF\n"));
}

/* Prometheus' format has none. */
static void
exemplars(void **state)
{
    const struct exposition_exemplar some[HISTOGRAM_BOUNDS + 1] = {
        [1] = { .labels = { { "request_id", "a\"b" } }, .value = 3e-05, .at = 1700000000.25 },
    };
    struct histogram histogram = { 0 };

    (void)state;
    exposition_histogram(&out, "h", NULL, &histogram, &histogram_time, 1e9, some);
    out.open = true;
    exposition_histogram(&out, "g", NULL, &histogram, &histogram_time, 1e9, some);
    fclose(out.out);
    assert_non_null(strstr(text, "h_bucket{le=\"5e-05\"} 0\n"));
    assert_non_null(strstr(text, "g_bucket{le=\"2.5e-05\"} 0\n"
                                 "g_bucket{le=\"5e-05\"} 0 # {request_id=\"a\\\"b\"} 3e-05 "
                                 "1700000000.250\n"));
}

/* Suffixes belong to samples. */
static void
open_families(void **state)
{
    (void)state;
    out.open = true;
    exposition_family(&out, "a_total", "counter", "A.");
    exposition_family(&out, "b_info", "info", "B.");
    exposition_family(&out, "c", "gauge", "C.");
    out.open = false;
    exposition_family(&out, "b_info", "info", "B.");
    exposition_end(&out);
    fclose(out.out);
    assert_string_equal(text, "# HELP a A.\n# TYPE a counter\n# HELP b B.\n# TYPE b info\n"
                              "# HELP c C.\n# TYPE c gauge\n"
                              "# HELP b_info B.\n# TYPE b_info gauge\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_family, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(labels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_histogram, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_open_histogram, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exemplars, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_families, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("exposition", tests, NULL, NULL);
}
