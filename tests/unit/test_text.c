/* SPDX-License-Identifier: BSD-2-Clause */
/* Text: the table's numbers, order and units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/text.h"
#include "profile/heap.h"
#include "profile/marker.h"
#include "profile/stacks.h"
#include "profile_load.h"

#define MS 1000000u

static void
values_have_fitting_units(void **state)
{
    static const struct {
        int64_t value;
        const char *unit;
        const char *text;
    } rows[] = {
        { 0, "nanoseconds", "0" },
        { 999, "nanoseconds", "999ns" },
        { 1500000, "nanoseconds", "1.50ms" },
        { 2000000000, "nanoseconds", "2s" },
        { 5400000000000, "nanoseconds", "1.50hrs" },
        { -1500000, "nanoseconds", "-1.50ms" },
        { 512 * 1024, "bytes", "512kB" },
        { 1 << 30, "bytes", "1GB" },
        { 100, "bytes", "100B" },
        { 1234567, "count", "1234567" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];

        text_format(rows[i].value, rows[i].unit, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
    }
}

/* The preferred value of a kind. */
static char *
print(const struct tables *tables, enum profile_kind kind)
{
    struct profile *profile = profile_take(tables, kind, 0, 1, NULL);
    struct symbols *symbols;
    struct maps maps;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(maps_read(&maps), 0);
    symbols = symbol_open(&maps);
    assert_int_equal(text_write(profile, profile_meaning(kind)->preferred, &maps, symbols, out),
                     0);
    fclose(out);
    symbol_close(symbols);
    maps_free(&maps);
    profile_free(profile);
    return text;
}

/* wait_for_disk() calls itself and is called by wait_for_client(), as far as stacks tell. */
static void
rows_are_sorted_and_recursion_counts_once(void **state)
{
    const uintptr_t deep[] = { marker_pc(MARKER_WAIT_DISK), marker_pc(MARKER_WAIT_DISK),
                               marker_pc(MARKER_WAIT_CLIENT) };
    const uintptr_t flat[] = { marker_pc(MARKER_WAIT_CLIENT) };
    const uintptr_t small[] = { marker_pc(MARKER_WAIT_TURN) };
    struct tables tables;
    const char *line;
    char *text;

    (void)state;
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 1 }), 0);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, flat, 1, 1, 249 * MS);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, deep, 3, 1, 750 * MS);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, small, 1, 1, MS);
    text = print(&tables, PROFILE_CPU);
    assert_non_null(strstr(text, "File: test_text\nType: cpu\nTime: "));
    assert_non_null(strstr(text, "Total samples = 1s ("));
    assert_non_null(strstr(text, "Showing nodes accounting for 999ms, 99.9% of 1s total\n"));
    assert_non_null(strstr(text, "Dropped 1 node (cum < 0.5%)\n"));
    line = strstr(text, "      flat  flat%   sum%        cum   cum%\n");
    assert_non_null(line);
    assert_string_equal(strchr(line, '\n') + 1,
                        "     750ms 75.00% 75.00%      750ms 75.00%  wait_for_disk\n"
                        "     249ms 24.90% 99.90%      999ms 99.90%  wait_for_client\n");
    free(text);
    tables_destroy(&tables);
}

__attribute__((noinline, noclone)) static void
twin(void)
{
    __asm__ volatile("nop\n\tnop");
}

static void
functions_of_one_name_are_as_many_as_their_files(void **state)
{
    const uintptr_t mine = (uintptr_t)twin + 1;
    const uintptr_t other = load_twin();
    struct tables tables;
    char *text;

    (void)state;
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 1 }), 0);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, &mine, 1, 1, 300 * MS);
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 0, &other, 1, 1, 700 * MS);
    text = print(&tables, PROFILE_CPU);
    assert_non_null(strstr(text, " 70.00% 70.00%      700ms 70.00%  twin /"));
    assert_non_null(strstr(text, "/tests/unit/profile_load.c\n"));
    assert_non_null(strstr(text, " 30.00%   100%      300ms 30.00%  twin /") ||
                    strstr(text, " 30.00% 100.00%      300ms 30.00%  twin /"));
    assert_non_null(strstr(text, "/tests/unit/test_text.c\n"));
    free(text);
    tables_destroy(&tables);
}

static void
an_empty_profile_is_an_empty_table(void **state)
{
    struct tables tables;
    char *text;

    (void)state;
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 1 }), 0);
    text = print(&tables, PROFILE_CPU);
    assert_non_null(strstr(text, "Showing nodes accounting for 0, 0% of 0 total\n"));
    free(text);
    tables_destroy(&tables);
}

/* Who sees nothing is told why. */
static void
a_table_of_the_heap_tells_its_rate(void **state)
{
    static const char rate[] = "\nOne sample for each 512kB of allocations, on average\n";
    const uint64_t raw[] = { HEAP_UNIT, 600 << 10, 0, 0 };
    const uint64_t freed[] = { 0, 0, HEAP_UNIT, 600 << 10 };
    const uintptr_t pc = marker_pc(MARKER_WAIT_DISK);
    struct tables tables;
    char *text;

    (void)state;
    assert_int_equal(tables_create(&tables, &(struct tables_plan){ .workers = 1 }), 0);
    ((struct heap_table *)tables_heap(&tables, 0))->sample_bytes = 512 << 10;
    text = print(&tables, PROFILE_HEAP);
    assert_non_null(strstr(text, rate));
    assert_non_null(strstr(text, "a smaller [profile] sample_bytes takes more\n"));
    free(text);
    stacks_add(load_stacks(&tables, PROFILE_HEAP, 0), 0, &pc, 1, raw);
    text = print(&tables, PROFILE_HEAP);
    assert_non_null(strstr(text, rate));
    assert_null(strstr(text, "smaller"));
    free(text);
    stacks_add(load_stacks(&tables, PROFILE_HEAP, 0), 0, &pc, 1, freed);
    text = print(&tables, PROFILE_HEAP);
    assert_non_null(strstr(text, "smaller"));
    free(text);
    tables_destroy(&tables);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_fitting_units),
        cmocka_unit_test(rows_are_sorted_and_recursion_counts_once),
        cmocka_unit_test(functions_of_one_name_are_as_many_as_their_files),
        cmocka_unit_test(an_empty_profile_is_an_empty_table),
        cmocka_unit_test(a_table_of_the_heap_tells_its_rate),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
