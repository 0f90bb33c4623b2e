/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbol: names of this very program, of a library, of markers, and of nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/marker.h"
#include "symbol/symbol.h"

static struct maps maps;
static struct symbols *symbols;

static int
set_up(void **state)
{
    (void)state;
    if (maps_read(&maps) < 0)
        return -1;
    symbols = symbol_open(&maps);
    return symbols ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    symbol_close(symbols);
    maps_free(&maps);
    return 0;
}

static const char *
name_of(uintptr_t address)
{
    const struct symbol *frames;
    size_t count = symbol_find(symbols, address, &frames);

    return frames[count - 1].function;
}

static void *volatile returned_to;

__attribute__((noinline, noclone)) static void
note_caller(void)
{
    returned_to = __builtin_return_address(0);
}

static inline __attribute__((always_inline)) void
inlined(void)
{
    note_caller();
    note_caller();
}

static unsigned line_of_call;

__attribute__((noinline, noclone)) static void
outer(void)
{
    line_of_call = __LINE__ + 1;
    inlined();
    __asm__ volatile("");
}

static void
functions_have_names_files_and_lines(void **state)
{
    const struct symbol *frames;

    (void)state;
    assert_int_equal(symbol_find(symbols, (uintptr_t)note_caller, &frames), 1);
    assert_string_equal(frames[0].function, "note_caller");
    assert_non_null(frames[0].file);
    assert_non_null(strstr(frames[0].file, "/tests/unit/test_symbol.c"));
    assert_int_equal(frames[0].file[0], '/');
    assert_null(strstr(frames[0].file, "/../"));
    assert_true(frames[0].known);
    assert_true(frames[0].line > 0);
    assert_string_equal(name_of((uintptr_t)symbol_open + 1), "symbol_open");
}

static void
inlined_calls_are_frames_of_their_own(void **state)
{
    const struct symbol *frames;

    (void)state;
    outer();
    assert_int_equal(symbol_find(symbols, (uintptr_t)returned_to - 1, &frames), 2);
    assert_string_equal(frames[0].function, "inlined");
    assert_string_equal(frames[1].function, "outer");
    assert_int_equal(frames[1].line, line_of_call);
    assert_string_equal(frames[1].file, frames[0].file);
    assert_non_null(frames[1].file);
}

/* As those of <immintrin.h> are. */
static inline __attribute__((always_inline, artificial)) void
intrinsic(void)
{
    note_caller();
    __asm__ volatile("");
}

__attribute__((noinline, noclone)) static void
caller_of_intrinsic(void)
{
    line_of_call = __LINE__ + 1;
    intrinsic();
    __asm__ volatile("");
}

static void
intrinsics_are_their_callers(void **state)
{
    const struct symbol *frames;

    (void)state;
    caller_of_intrinsic();
    assert_int_equal(symbol_find(symbols, (uintptr_t)returned_to - 1, &frames), 1);
    assert_string_equal(frames[0].function, "caller_of_intrinsic");
    assert_int_equal(frames[0].line, line_of_call);
}

static void
addresses_of_no_code_can_be_given_names(void **state)
{
    const uintptr_t address = (uintptr_t)1 << 63;
    const struct symbol *frames;

    (void)state;
    assert_true(symbol_name(symbols, address, "/object"));
    assert_true(symbol_name(symbols, address, "/other"));
    assert_int_equal(symbol_find(symbols, address, &frames), 1);
    assert_string_equal(frames[0].function, "/object");
    assert_true(frames[0].known);
    assert_string_equal(name_of(address + 1), "[unknown]");
}

static void
a_library_has_names_at_least(void **state)
{
    (void)state;
    assert_non_null(strstr(name_of((uintptr_t)strtol), "strtol"));
}

static void
the_unknown_has_a_name_too(void **state)
{
    const struct symbol *frames;

    (void)state;
    assert_int_equal(symbol_find(symbols, 1, &frames), 1);
    assert_string_equal(frames[0].function, "[unknown]");
    assert_null(frames[0].file);
    for (size_t i = 0; i < maps.count; i++)
        if (strcmp(maps.items[i].path, "[vdso]") == 0)
            assert_string_equal(name_of(maps.items[i].start), "[vdso]");
}

static void
a_result_is_remembered(void **state)
{
    const struct symbol *first;
    const struct symbol *again;

    (void)state;
    symbol_find(symbols, (uintptr_t)note_caller, &first);
    for (uintptr_t i = 0; i < 2000; i++)
        symbol_find(symbols, (uintptr_t)symbol_find + i, &again);
    symbol_find(symbols, (uintptr_t)note_caller, &again);
    assert_ptr_equal(first, again);
}

static void
markers_are_functions(void **state)
{
    static const char *const names[MARKERS] = {
        [MARKER_NOT_SAMPLED] = "not_sampled",     [MARKER_NOT_KEPT] = "not_kept",
        [MARKER_GUARD] = "guard_record",          [MARKER_WAIT_CLIENT] = "wait_for_client",
        [MARKER_WAIT_DISK] = "wait_for_disk",     [MARKER_WAIT_ACCEPT] = "wait_for_accept",
        [MARKER_WAIT_TURN] = "wait_for_turn",     [MARKER_MASTER] = "master_process",
        [MARKER_WORKER] = "worker_process",       [MARKER_OBSERVER] = "observer_process",
        [MARKER_IDLE] = "connection_idle",        [MARKER_DRAINING] = "connection_draining",
        [MARKER_HEAD] = "connection_in_head",     [MARKER_SEND] = "connection_sending",
        [MARKER_READ] = "connection_reading",     [MARKER_LINGER] = "connection_lingering",
        [MARKER_WAIT_EVENTS] = "wait_for_events", [MARKER_WAIT_CPU] = "wait_for_cpu",
        [MARKER_WAIT_KERNEL] = "wait_in_kernel",  [MARKER_STOPPED] = "process_stopped",
    };

    (void)state;
    for (int i = 0; i < MARKERS; i++) {
        assert_string_equal(name_of(marker_pc((enum marker)i)), names[i]);
        assert_string_equal(name_of(marker_pc((enum marker)i) - 1), names[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_have_names_files_and_lines),
        cmocka_unit_test(inlined_calls_are_frames_of_their_own),
        cmocka_unit_test(intrinsics_are_their_callers),
        cmocka_unit_test(addresses_of_no_code_can_be_given_names),
        cmocka_unit_test(a_library_has_names_at_least),
        cmocka_unit_test(the_unknown_has_a_name_too),
        cmocka_unit_test(a_result_is_remembered),
        cmocka_unit_test(markers_are_functions),
    };

    return cmocka_run_group_tests_name("symbol", tests, set_up, tear_down);
}
