/* SPDX-License-Identifier: BSD-2-Clause */
/* Unwind: who called, across a signal and out of a range of addresses. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stack/unwind.h"

static uintptr_t pcs[64];
static unsigned depth;

static void
on_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    depth = unwind_interrupted(context, pcs, 64);
}

static uintptr_t returned_to[2];

__attribute__((noinline, noclone)) static void
inner(void)
{
    returned_to[0] = (uintptr_t)__builtin_return_address(0);
    raise(SIGUSR2);
    __asm__ volatile("");
}

__attribute__((noinline, noclone)) static void
outer(void)
{
    returned_to[1] = (uintptr_t)__builtin_return_address(0);
    inner();
    __asm__ volatile("");
}

static unsigned
place_of(uintptr_t pc)
{
    for (unsigned i = 0; i < depth; i++)
        if (pcs[i] == pc)
            return i;
    return 0;
}

static void
the_stack_goes_on_across_a_signal(void **state)
{
    const struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

    (void)state;
    unwind_prime();
    sigaction(SIGUSR2, &action, NULL);
    outer();
    assert_true(depth > 4);
    assert_true(place_of(returned_to[0]) > 0);
    assert_int_equal(place_of(returned_to[1]), place_of(returned_to[0]) + 1);
    signal(SIGUSR2, SIG_DFL);
}

/* Frame n is at address n. */
static void
both_ends_of_a_deep_stack_are_kept(void **state)
{
    struct unwind_ends ends = { 0 };
    uintptr_t kept[2 * UNWIND_END];

    (void)state;
    assert_int_equal(unwind_kept(&ends, kept), 0);
    for (uintptr_t i = 0; i < 1000; i++) {
        unwind_add(&ends, i);
        depth = unwind_kept(&ends, kept);
        assert_int_equal(depth, i < 64 ? i + 1 : 64);
        assert_int_equal(kept[depth < 32 ? depth - 1 : 31], depth < 32 ? i : 31);
        assert_int_equal(kept[depth - 1], i);
        assert_int_equal(kept[depth / 2], i < 64 ? depth / 2 : i - 31);
    }
    ends.count = UINT32_MAX;
    assert_int_equal(unwind_kept(&ends, kept), 64);
}

static int
compare(const void *a, const void *b)
{
    depth = unwind_callers(unwind_range_of((const void *)(uintptr_t)qsort), pcs, 64);
    return *(const char *)a - *(const char *)b;
}

/* As an allocator's hook sees it: ours, the library's, and then who called the library. */
static void
frames_up_to_the_library_are_left_out(void **state)
{
    struct unwind_range ours = unwind_range_of((const void *)(uintptr_t)compare);
    char letters[] = "ba";

    (void)state;
    qsort(letters, 2, 1, compare);
    assert_string_equal(letters, "ab");
    assert_true(depth > 1);
    assert_in_range(pcs[0], ours.start, ours.end);
}

static void
without_the_range_all_frames_are_there(void **state)
{
    const struct unwind_range nowhere = { 1, 2 };

    (void)state;
    depth = unwind_callers(nowhere, pcs, 64);
    assert_true(depth > 2);
    assert_int_equal(unwind_callers(nowhere, pcs, 2), 2);
}

static void
ranges_hold_their_address(void **state)
{
    struct unwind_range ours = unwind_range_of((const void *)(uintptr_t)compare);
    struct unwind_range nobodys = unwind_range_of((const void *)1);

    (void)state;
    assert_in_range((uintptr_t)compare, ours.start, ours.end - 1);
    assert_false((uintptr_t)qsort >= ours.start && (uintptr_t)qsort < ours.end);
    assert_int_equal(nobodys.start, nobodys.end);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stack_goes_on_across_a_signal),
        cmocka_unit_test(both_ends_of_a_deep_stack_are_kept),
        cmocka_unit_test(frames_up_to_the_library_are_left_out),
        cmocka_unit_test(without_the_range_all_frames_are_there),
        cmocka_unit_test(ranges_hold_their_address),
    };

    return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
