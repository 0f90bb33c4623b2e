/* SPDX-License-Identifier: BSD-2-Clause */
/* Backtrace: lines for addresses inside and outside of functions. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stack/unwind.h"
#include "symbol/backtrace.h"
#include "symbol/maps.h"

static struct maps maps;
static struct symbols *symbols;
static char lines[16][512];
static size_t count;

static int
set_up(void **state)
{
    (void)state;
    count = 0;
    return 0;
}

static void
keep(void *argument, const char *line)
{
    assert_string_equal(argument, "mine");
    if (count < 16)
        snprintf(lines[count++], sizeof(lines[0]), "%s", line);
}

__attribute__((noinline, noclone, noipa)) static uintptr_t
where_called(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

static void
tell(const uintptr_t *pcs, size_t depth)
{
    backtrace_lines(symbols, pcs, depth, keep, (char[]){ "mine" });
}

static void
a_start_has_no_offset_and_a_caller_one(void **state)
{
    const uintptr_t pcs[] = { (uintptr_t)where_called, where_called() };
    char expected[128];

    (void)state;
    tell(pcs, 2);
    snprintf(expected, sizeof(expected), "#0 0x%016" PRIxPTR " where_called+0x0", pcs[0]);
    assert_memory_equal(lines[0], expected, strlen(expected));
    snprintf(expected, sizeof(expected),
             "#1 0x%016" PRIxPTR " a_start_has_no_offset_and_a_caller_one+0x", pcs[1]);
    assert_memory_equal(lines[1], expected, strlen(expected));
    assert_int_equal(count, 2);
}

/* Behind a call that never returns stands the next function. */
static void
a_return_address_belongs_to_its_call(void **state)
{
    const uintptr_t pcs[] = { 1, (uintptr_t)where_called };

    (void)state;
    tell(pcs, 2);
    assert_null(strstr(lines[1], " where_called+"));
}

static void
files_and_lines_are_there_with_debug_information(void **state)
{
    const uintptr_t pc = (uintptr_t)where_called;
    const struct symbol *frames;

    (void)state;
    symbol_find(symbols, pc, &frames);
    tell(&pc, 1);
    if (frames->file == NULL)
        skip();
    assert_non_null(strstr(lines[0], "test_backtrace.c:"));
}

static void
addresses_outside_of_everything_stand_alone(void **state)
{
    const uintptr_t pcs[] = { 0, 0x41414141, 0 };

    (void)state;
    tell(pcs, 3);
    assert_int_equal(count, 3);
    assert_string_equal(lines[0], "#0 0x0000000000000000");
    assert_string_equal(lines[1], "#1 0x0000000041414141");
}

static void
without_symbols_there_are_addresses(void **state)
{
    const uintptr_t pc = 0x1234;

    (void)state;
    count = 0;
    backtrace_lines(NULL, &pc, 1, keep, (char[]){ "mine" });
    assert_int_equal(count, 1);
    assert_string_equal(lines[0], "#0 0x0000000000001234");
}

static void
equal_frames_stand_once(void **state)
{
    const uintptr_t pcs[] = { 7, 7, 7, 7, 8, 8, 9 };
    static const char *const expected[] = { "#0 0x0000000000000007", "#1 0x0000000000000007",
                                            "... the same 2 times",  "#4 0x0000000000000008",
                                            "#5 0x0000000000000008", "#6 0x0000000000000009" };

    (void)state;
    tell(pcs, 7);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(lines[i], expected[i]);
}

static void
what_is_left_out_is_counted(void **state)
{
    static const char *const expected[] = {
        "#0 0x0000000000000005",   "#1 0x0000000000000006",  "... the same 30 times",
        "#32 to #67 are left out", "#68 0x0000000000000006", "... the same 30 times",
        "#99 0x0000000000000007",
    };
    struct unwind_ends ends = { 0 };

    (void)state;
    for (unsigned i = 0; i < 100; i++)
        unwind_add(&ends, i == 0 ? 5 : i < 99 ? 6 : 7);
    backtrace_ends(NULL, &ends, keep, (char[]){ "mine" });
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(lines[i], expected[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_start_has_no_offset_and_a_caller_one, set_up),
        cmocka_unit_test_setup(a_return_address_belongs_to_its_call, set_up),
        cmocka_unit_test_setup(files_and_lines_are_there_with_debug_information, set_up),
        cmocka_unit_test_setup(addresses_outside_of_everything_stand_alone, set_up),
        cmocka_unit_test_setup(without_symbols_there_are_addresses, set_up),
        cmocka_unit_test_setup(equal_frames_stand_once, set_up),
        cmocka_unit_test_setup(what_is_left_out_is_counted, set_up),
    };
    int failed;

    if (maps_read(&maps) < 0 || (symbols = symbol_open(&maps)) == NULL)
        return 1;
    failed = cmocka_run_group_tests_name("backtrace", tests, NULL, NULL);
    symbol_close(symbols);
    maps_free(&maps);
    return failed;
}
