/* SPDX-License-Identifier: BSD-2-Clause */
/* Cost: CPU time by bytes, of processes and of samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "observed.h"
#include "pages/cost.h"
#include "pages/metrics_cost.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "stack/label.h"

enum { A, B, C, OBJECTS };

static struct observed observed;
static struct config_asset assets[] = { [A] = { .section = A, .variant = VARIANT_CACHED },
                                        [B] = { .section = B, .variant = VARIANT_STREAMING },
                                        [C] = { .section = C, .variant = VARIANT_STREAMING } };
static char prefix[] = "tiffd";

static int
set_up(void **state)
{
    (void)state;
    observed_create(&observed, 2);
    slots_destroy(&observed.shared.slots);
    observed.shared.generation = 5;
    observed.config.assets = assets;
    observed.config.asset_count = OBJECTS;
    return slots_create(&observed.shared.slots, 2, OBJECTS);
}

static int
tear_down(void **state)
{
    (void)state;
    observed_destroy(&observed);
    return 0;
}

static void
serve(unsigned worker, unsigned object, uint64_t bytes)
{
    slots_object(&observed.shared.slots, worker, object)->requests++;
    slots_object(&observed.shared.slots, worker, object)->bytes += bytes;
}

static void
sample(unsigned worker, uint32_t label, uint64_t ns)
{
    struct stacks *stacks = (struct stacks *)tables_cpu(&observed.tables, worker)->stacks;
    const uint64_t values[STACKS_VALUES] = { [SAMPLER_SAMPLES] = 1, [SAMPLER_NS] = ns };
    const uintptr_t pc = 0x1000;

    assert_non_null(stacks_add(stacks, label, &pc, 1, values));
}

static void
is_shown(const char *line, bool shown)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    metrics_cost_write(&(const struct exposition){ .out = out }, &observed.view);
    fclose(out);
    if ((strstr(text, line) != NULL) != shown)
        fail_msg("%s%s in:\n%s", line, shown ? " is not" : "", text);
    free(text);
}

static void
by_process(void **state)
{
    struct cost cost;

    (void)state;
    assert_false(cost_by_process(&observed.view, &cost));
    is_shown("tiffd", false);
    serve(0, B, 1000);
    serve(1, C, 3000);
    observed.shared.roster->entries[0].retired_ns = 3000000000;
    observed.shared.roster->entries[1].retired_ns = 1000000000;
    assert_true(cost_by_process(&observed.view, &cost));
    assert_int_equal(cost.bytes[VARIANT_STREAMING], 4000);
    assert_int_equal(cost.cpu_ns[VARIANT_STREAMING], 4000000000);
    assert_int_equal(cost.cpu_ns[VARIANT_CACHED], 0);
    is_shown("\ntiffd_variant_cpu_seconds_per_byte{variant=\"streaming\",by=\"process\"} "
             "0.001\n",
             true);
    serve(1, A, 1);
    assert_false(cost_by_process(&observed.view, &cost));
    is_shown("tiffd", false);
}

static void
by_samples(void **state)
{
    struct cost cost;

    (void)state;
    serve(0, A, 100);
    serve(0, B, 50);
    serve(1, C, 150);
    sample(0, LABEL_NONE, 7000000);
    sample(0, A + 1, 10);
    sample(0, B + 1, 1000000000);
    sample(1, C + 1, 3000000000);
    sample(1, OBJECTS + 1, 500); /* of a broken worker */
    assert_false(cost_by_samples(&observed.view, &cost));
    is_shown("tiffd", false);
    observed.config.profile.cpu = prefix;
    assert_true(cost_by_samples(&observed.view, &cost));
    assert_int_equal(cost.cpu_ns[VARIANT_CACHED], 10);
    assert_int_equal(cost.cpu_ns[VARIANT_STREAMING], 4000000000);
    assert_int_equal(cost.bytes[VARIANT_CACHED], 100);
    assert_int_equal(cost.bytes[VARIANT_STREAMING], 200);
    is_shown("\ntiffd_variant_cpu_seconds_total{generation=\"5\",variant=\"streaming\"} 4\n",
             true);
    is_shown("\ntiffd_variant_cpu_seconds_per_byte{variant=\"streaming\",by=\"samples\"} "
             "0.02\n",
             true);
    is_shown("variant=\"embedded\",by=", false); /* nothing was sent */
    is_shown("by=\"process\"", false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_process),
        TEST(by_samples),
    };

    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
