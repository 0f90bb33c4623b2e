/* SPDX-License-Identifier: BSD-2-Clause */
/* Legacy: words and lines as the two tools want them. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/legacy.h"
#include "profile/heap.h"
#include "profile/stacks.h"
#include "profile_load.h"

#define MS 1000000u

static struct tables tables;
static struct maps maps;

static int
set_up(void **state)
{
    (void)state;
    return maps_read(&maps) < 0 ? -1
                                : tables_create(&tables, &(struct tables_plan){ .workers = 2 });
}

static int
tear_down(void **state)
{
    (void)state;
    maps_free(&maps);
    tables_destroy(&tables);
    return 0;
}

static char *
write_all(enum profile_kind kind, size_t *size)
{
    struct profile *profile = profile_take(&tables, kind, 0, 2, NULL);
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    if (kind == PROFILE_CPU)
        legacy_write_cpu(profile, &maps, out);
    else
        legacy_write_heap(profile, &maps, out);
    fclose(out);
    profile_free(profile);
    return text;
}

/* What a reader finds in the records before the trailer. */
struct records {
    size_t count;   /* of those that count something */
    size_t guards;  /* of the others */
    size_t seconds; /* guards' second addresses that no other record has */
    uint64_t sum;
    const uintptr_t *end; /* behind the trailer */
};

static struct records
read_records(const uintptr_t *word, uintptr_t common)
{
    struct records records = { 0 };
    uintptr_t last = common;

    while (!(word[0] == 0 && word[1] == 1 && word[2] == 0)) {
        assert_in_range(word[1], 1, STACKS_DEPTH);
        assert_int_not_equal(word[2], 0);
        records.sum += word[0];
        records.count += word[0] > 0;
        if (word[0] == 0) {
            records.guards++;
            records.seconds += word[3] > common && word[3] != last;
            last = word[3];
        }
        word += 2 + word[1];
    }
    records.end = word + 3;
    return records;
}

static void
a_cpu_profile_has_header_records_trailer_and_maps(void **state)
{
    static const uintptr_t header[] = { 0, 3, 0, 1000, 0 };
    static const uintptr_t pcs[] = { 100, 200, 300 };
    struct records records;
    size_t size;
    char *text;

    (void)state;
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 1, pcs, 3, 2, 20 * MS);
    load_table(load_stacks(&tables, PROFILE_CPU, 1), 2, pcs, 2, 1, 5 * MS);
    text = write_all(PROFILE_CPU, &size);
    assert_memory_equal(text, header, sizeof(header));
    records = read_records((const uintptr_t *)text + 5, 200);
    assert_int_equal(records.count, 2);
    assert_int_equal(records.sum, 25);
    assert_non_null(strstr((const char *)records.end, " r-xp "));
    assert_non_null(strstr((const char *)records.end, "test_legacy"));
    assert_null(strstr((const char *)records.end, "vsyscall"));
    free(text);
}

/* Go drops a second frame that all but one in 32 records share, google-pprof one that all
 * share. */
static void
no_tool_can_take_a_common_caller_for_its_own(void **state)
{
    static const unsigned counts[] = { 1, 2, 31, 32, 33, 500, 2000 };

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct records records;
        size_t size;
        char *text;

        assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 2 }), 0);
        for (unsigned k = 0; k < counts[i]; k++) {
            const uintptr_t pcs[] = { 100 + k, 200, 300 };

            load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, pcs, 3, 1, 4 * MS);
        }
        text = write_all(PROFILE_CPU, &size);
        records = read_records((const uintptr_t *)text + 5, 200);
        assert_int_equal(records.count, counts[i]);
        assert_true(records.guards >= 2);
        assert_int_equal(records.guards, records.seconds);
        assert_true(records.count <
                    records.count + records.guards - (records.count + records.guards) / 32);
        free(text);
        tables_destroy(&tables);
    }
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 2 }), 0);
}

static void
rounding_does_not_change_the_sum(void **state)
{
    struct records records;
    size_t size;
    char *text;

    (void)state;
    for (unsigned k = 0; k < 1000; k++) {
        const uintptr_t pcs[] = { 100 + k, 200 };

        load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, pcs, 2, 1, 1400000 + k);
    }
    text = write_all(PROFILE_CPU, &size);
    records = read_records((const uintptr_t *)text + 5, 200);
    assert_in_range(records.sum, 1399, 1401);
    free(text);
}

static void
add_heap(uintptr_t pc, uint64_t made, uint64_t made_bytes, uint64_t freed, uint64_t freed_bytes)
{
    const uint64_t values[STACKS_VALUES] = { made * HEAP_UNIT, made_bytes, freed * HEAP_UNIT,
                                             freed_bytes };
    const uintptr_t pcs[] = { pc, 0x300 };

    stacks_add((struct stacks *)tables_heap(&tables, 0)->stacks, 0, pcs, 2, values);
}

static void
a_heap_profile_has_totals_lines_and_maps(void **state)
{
    size_t size;
    char *text;

    (void)state;
    add_heap(0x100, 10, 1000, 4, 400);
    add_heap(0x200, 5, 50, 5, 50);
    text = write_all(PROFILE_HEAP, &size);
    assert_int_equal(strncmp(text, "heap profile: 6: 600 [15: 1050] @ heapprofile\n", 46), 0);
    assert_non_null(strstr(text, "\n6: 600 [10: 1000] @ 0x100 0x300\n"));
    assert_non_null(strstr(text, "\n0: 0 [5: 50] @ 0x200 0x300\n"));
    assert_non_null(strstr(text, "\n\nMAPPED_LIBRARIES:\n"));
    assert_non_null(strstr(text, " r-xp "));
    free(text);
}

/* Go looks for columns of allocations only where the totals differ. */
static void
totals_differ_even_if_nothing_was_freed(void **state)
{
    size_t size;
    char *text;

    (void)state;
    add_heap(0x100, 10, 1000, 0, 0);
    text = write_all(PROFILE_HEAP, &size);
    assert_int_equal(strncmp(text, "heap profile: 10: 1000 [11: 1000] @", 35), 0);
    free(text);
}

static void
a_heap_that_shrank_has_no_negative_numbers(void **state)
{
    size_t size;
    char *text;

    (void)state;
    add_heap(0x100, 1, 100, 3, 300);
    text = write_all(PROFILE_HEAP, &size);
    assert_non_null(strstr(text, "\n0: 0 [1: 100] @ 0x100"));
    *strchr(strchr(text, '\n') + 1, '\n') = '\0';
    assert_null(strchr(text, '-'));
    free(text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_cpu_profile_has_header_records_trailer_and_maps),
        TEST(no_tool_can_take_a_common_caller_for_its_own),
        TEST(rounding_does_not_change_the_sum),
        TEST(a_heap_profile_has_totals_lines_and_maps),
        TEST(totals_differ_even_if_nothing_was_freed),
        TEST(a_heap_that_shrank_has_no_negative_numbers),
    };

    return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}
