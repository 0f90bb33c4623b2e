/* SPDX-License-Identifier: BSD-2-Clause */
/* Top: what is copied of a stack, what is not, and what can be read of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stack/top.h"

#define WORDS (TOP_BELOW + TOP_ABOVE + 8)
#define SP    TOP_BELOW

static uintptr_t stack[WORDS];
static struct stack_top top;

static uintptr_t
address_of(int word)
{
    return (uintptr_t)stack + sizeof(uintptr_t) * (size_t)(SP + word);
}

static int
set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORDS; i++)
        stack[i] = 1000 + i;
    memset(&top, 0xff, sizeof(top));
    return 0;
}

static void
words_on_both_sides(void **state)
{
    uint64_t value;

    (void)state;
    top_copy(&top, address_of(0) + 3, UINTPTR_MAX);
    for (int i = -TOP_BELOW; i < TOP_ABOVE; i++) {
        assert_true(top_read(&top, address_of(i), &value));
        assert_int_equal(value, 1000 + SP + i);
    }
    assert_false(top_read(&top, address_of(-TOP_BELOW) - 1, &value));
    assert_false(top_read(&top, address_of(TOP_ABOVE), &value));
    assert_false(top_read(&top, address_of(TOP_ABOVE) - 7, &value));
    assert_true(top_read(&top, address_of(TOP_ABOVE) - 8, &value));
}

static void
nothing_behind_the_end(void **state)
{
    uint64_t value;

    (void)state;
    top_copy(&top, address_of(0), address_of(5) + 1);
    assert_true(top_read(&top, address_of(4), &value));
    assert_false(top_read(&top, address_of(5), &value));
    top_clear(&top);
    assert_false(top_read(&top, address_of(0), &value));
}

static void
counts_are_not_trusted(void **state)
{
    uint64_t value;

    (void)state;
    top_copy(&top, address_of(0), UINTPTR_MAX);
    top.above = top.below = UINT32_MAX;
    assert_false(top_read(&top, address_of(TOP_ABOVE), &value));
    assert_false(top_read(&top, address_of(-TOP_BELOW - 1), &value));
    assert_true(top_read(&top, address_of(0), &value));
    top.sp = 0;
    assert_true(top_read(&top, (uintptr_t)-8, &value));
    top.sp = UINTPTR_MAX - 15;
    assert_true(top_read(&top, 0, &value));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(words_on_both_sides, set_up),
        cmocka_unit_test_setup(nothing_behind_the_end, set_up),
        cmocka_unit_test_setup(counts_are_not_trusted, set_up),
    };

    return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
