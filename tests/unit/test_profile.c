/* SPDX-License-Identifier: BSD-2-Clause */
/* Profile: raw counters to numbers, windows, several generations; on tables with known content.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/block.h"
#include "profile/heap.h"
#include "profile/marker.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile_load.h"

static const struct label_name label_items[] = { { "/a.tif", "cached" },
                                                 { "/b.tif", "streaming" } };
static const struct label_names labels = { label_items, 2 };
static const uintptr_t stack_a[] = { 1000, 2001, 3001 };
static const uintptr_t stack_b[] = { 1100, 2001, 3001 };

static struct tables tables;

static int
set_up(void **state)
{
    (void)state;
    return tables_create(&tables, &(struct tables_plan){ .workers = 3 });
}

static int
tear_down(void **state)
{
    (void)state;
    tables_destroy(&tables);
    return 0;
}

static void
add_cpu(unsigned worker, uint32_t label, const uintptr_t *pcs, uint64_t ns)
{
    load_table(load_stacks(&tables, PROFILE_CPU, worker), label, pcs, 3, 1, ns);
}

static struct profile *
take(enum profile_kind kind)
{
    struct profile *profile = profile_take(&tables, kind, 0, 3, &labels);

    assert_non_null(profile);
    return profile;
}

/* The first sample of a worker whose innermost address is this. */
struct wanted {
    unsigned worker;
    uintptr_t pc;
    unsigned count;
    struct profile_sample found;
};

static void
look(void *argument, const struct profile_sample *sample)
{
    struct wanted *wanted = argument;

    if (sample->worker != wanted->worker || sample->pcs[0] != wanted->pc)
        return;
    wanted->found = *sample;
    wanted->count++;
}

static struct wanted
find(const struct profile *profile, unsigned worker, uintptr_t pc)
{
    struct wanted wanted = { .worker = worker, .pc = pc };

    profile_each(profile, look, &wanted);
    return wanted;
}

static void
samples_know_worker_label_and_stack(void **state)
{
    struct profile *profile;
    struct wanted wanted;

    (void)state;
    add_cpu(0, 1, stack_a, 10);
    add_cpu(2, 2, stack_a, 20);
    add_cpu(2, 7, stack_b, 30);
    profile = take(PROFILE_CPU);
    wanted = find(profile, 2, 1000);
    assert_int_equal(wanted.count, 1);
    assert_int_equal(wanted.found.values[0], 1);
    assert_int_equal(wanted.found.values[1], 20);
    assert_int_equal(wanted.found.depth, 3);
    assert_string_equal(wanted.found.label->object, "/b.tif");
    assert_string_equal(wanted.found.label->variant, "streaming");
    assert_null(find(profile, 2, 1100).found.label->object);
    assert_int_equal(find(profile, 1, 1000).count, 0);
    assert_int_equal(profile_total(profile, 1), 60);
    profile_free(profile);
}

static void
cpu_time_in_no_sample_is_a_frame_of_its_own(void **state)
{
    struct profile *profile;
    struct wanted wanted;

    (void)state;
    add_cpu(0, 1, stack_a, 700);
    sampler_retire(tables_cpu(&tables, 0), 1000);
    profile = take(PROFILE_CPU);
    wanted = find(profile, 0, marker_pc(MARKER_NOT_SAMPLED));
    assert_int_equal(wanted.found.values[0], 0);
    assert_int_equal(wanted.found.values[1], 300);
    assert_int_equal(profile_total(profile, 1), 1000);
    profile_free(profile);
}

/* The first sample of a window can stand for time before it. */
static void
a_window_never_has_more_cpu_time_than_passed(void **state)
{
    struct profile *before;
    struct profile *profile;

    (void)state;
    sampler_retire(tables_cpu(&tables, 0), 5000);
    before = take(PROFILE_CPU);
    add_cpu(0, 1, stack_a, 900);
    add_cpu(0, 1, stack_b, 300);
    sampler_retire(tables_cpu(&tables, 0), 600);
    profile = take(PROFILE_CPU);
    profile_subtract(profile, before);
    assert_int_equal(profile_total(profile, 1), 600);
    assert_int_equal(find(profile, 0, 1000).found.values[1], 450);
    assert_int_equal(find(profile, 0, 1100).found.values[1], 150);
    profile_free(before);
    profile_free(profile);
}

static void
a_window_has_only_what_came_in_it(void **state)
{
    struct profile *before;
    struct profile *profile;

    (void)state;
    add_cpu(0, 1, stack_a, 10);
    add_cpu(1, 1, stack_a, 10);
    before = take(PROFILE_CPU);
    add_cpu(1, 1, stack_a, 5);
    add_cpu(1, 1, stack_b, 7);
    profile = take(PROFILE_CPU);
    profile_subtract(profile, before);
    assert_int_equal(find(profile, 0, 1000).count, 0);
    assert_int_equal(find(profile, 1, 1000).found.values[1], 5);
    assert_int_equal(find(profile, 1, 1100).found.values[1], 7);
    assert_true(profile->begin >= before->begin + before->duration);
    profile_free(before);
    profile_free(profile);
}

static void
what_was_lost_is_a_frame_of_its_own(void **state)
{
    const uint64_t values[STACKS_VALUES] = { 2, 50 };
    struct profile *profile;

    (void)state;
    stacks_lose((struct stacks *)tables_cpu(&tables, 1)->stacks, values);
    profile = take(PROFILE_CPU);
    assert_int_equal(find(profile, 1, marker_pc(MARKER_NOT_KEPT)).found.values[1], 50);
    assert_int_equal(profile_total(profile, 0), 2);
    profile_free(profile);
}

static void
heap_counts_become_objects_and_bytes(void **state)
{
    const uint64_t values[STACKS_VALUES] = { 3 * HEAP_UNIT / 2, 900, HEAP_UNIT / 3, 200 };
    struct profile *profile;
    struct wanted wanted;

    (void)state;
    stacks_add((struct stacks *)tables_heap(&tables, 0)->stacks, 1, stack_a, 3, values);
    profile = take(PROFILE_HEAP);
    wanted = find(profile, 0, 1000);
    assert_int_equal(wanted.found.values[0], 2);
    assert_int_equal(wanted.found.values[1], 900);
    assert_int_equal(wanted.found.values[2], 1);
    assert_int_equal(wanted.found.values[3], 700);
    profile_free(profile);
}

static void
waits_have_reasons_for_frames(void **state)
{
    struct stacks *block = tables_block(&tables, 1);
    struct profile *profile;
    struct wanted wanted;

    (void)state;
    block_start(block);
    block_add(block, 2, MARKER_WAIT_CLIENT, 100);
    block_add(block, 2, MARKER_WAIT_CLIENT, 50);
    block_add(block, 2, MARKER_WAIT_DISK, 7);
    profile = take(PROFILE_BLOCK);
    wanted = find(profile, 1, marker_pc(MARKER_WAIT_CLIENT));
    assert_int_equal(wanted.found.values[0], 2);
    assert_int_equal(wanted.found.values[1], 150);
    assert_string_equal(wanted.found.label->object, "/b.tif");
    assert_int_equal(profile_total(profile, 1), 157);
    profile_free(profile);
}

static void
profiles_of_two_generations_are_one(void **state)
{
    static const struct label_name other_items[] = { { "/c.tif", "embedded" } };
    static const struct label_names other_labels = { other_items, 1 };
    struct profile *profile;
    struct profile *other;
    struct tables second;
    uint64_t end;

    (void)state;
    assert_int_equal(tables_create(&second, &(struct tables_plan){ .workers = 1 }), 0);
    add_cpu(0, 1, stack_a, 10);
    load_table(load_stacks(&second, PROFILE_CPU, 0), 1, stack_b, 3, 1, 5);
    other = take(PROFILE_CPU);
    profile = profile_take(&second, PROFILE_CPU, 0, 1, &other_labels);
    end = profile->begin + profile->duration;
    assert_true(profile_append(profile, other));
    assert_int_equal(profile->count, 4);
    assert_int_equal(profile_total(profile, 1), 15);
    assert_string_equal(find(profile, 0, 1000).found.label->object, "/a.tif");
    assert_string_equal(find(profile, 0, 1100).found.label->object, "/c.tif");
    assert_int_equal(profile->begin, tables.created);
    assert_int_equal(profile->begin + profile->duration, end);
    profile_free(profile);
    tables_destroy(&second);
}

static void
addresses_are_those_of_calls(void **state)
{
    const struct profile_sample sample = { .pcs = stack_a, .depth = 3 };

    (void)state;
    assert_int_equal(profile_address(PROFILE_CPU, &sample, 0), 1000);
    assert_int_equal(profile_address(PROFILE_CPU, &sample, 1), 2000);
    assert_int_equal(profile_address(PROFILE_HEAP, &sample, 0), 999);
    assert_int_equal(profile_address(PROFILE_BLOCK, &sample, 2), 3000);
}

static void
types_are_found_by_name(void **state)
{
    (void)state;
    assert_int_equal(profile_type_index(PROFILE_HEAP, "alloc_space"), 1);
    assert_int_equal(profile_type_index(PROFILE_HEAP, "inuse_space"),
                     (int)profile_meaning(PROFILE_HEAP)->preferred);
    assert_int_equal(profile_type_index(PROFILE_CPU, "cpu"), 1);
    assert_int_equal(profile_type_index(PROFILE_BLOCK, "delay"), 1);
    assert_int_equal(profile_type_index(PROFILE_CPU, "inuse_space"), -1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(samples_know_worker_label_and_stack),
        TEST(cpu_time_in_no_sample_is_a_frame_of_its_own),
        TEST(a_window_never_has_more_cpu_time_than_passed),
        TEST(a_window_has_only_what_came_in_it),
        TEST(what_was_lost_is_a_frame_of_its_own),
        TEST(heap_counts_become_objects_and_bytes),
        TEST(waits_have_reasons_for_frames),
        TEST(profiles_of_two_generations_are_one),
        TEST(addresses_are_those_of_calls),
        TEST(types_are_found_by_name),
    };

    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
