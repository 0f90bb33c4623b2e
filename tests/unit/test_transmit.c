/* SPDX-License-Identifier: BSD-2-Clause */
/* Transmit: load is judged over windows, and what there is decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "worker/transmit.h"

#define MS 1000000

static const struct transmit_choice everything = { true, true, true, true, true };

/* So many windows, in each of which the worker waits for a part and works for the rest. */
static struct transmit_load
after(unsigned windows, uint64_t waits, uint64_t works)
{
    struct transmit_load load = { 0 };
    uint64_t now = 1000 * MS; /* the first window begins with the first wait */

    transmit_waited(&load, now, now);
    for (unsigned i = 0; i < windows; i++) {
        now += works;
        transmit_waited(&load, now, now + waits);
        now += waits;
    }
    return load;
}

static void
who_has_just_begun_is_not_busy(void **state)
{
    const struct transmit_load load = { 0 };
    const struct transmit_load late = after(0, 0, 0);

    (void)state;
    assert_false(load.busy);
    assert_false(late.busy);
}

static void
busy_is_who_waits_for_less_than_a_twentieth(void **state)
{
    (void)state;
    assert_true(after(1, 0, 10 * MS).busy);
    assert_true(after(1, MS / 4, 10 * MS).busy);
    assert_false(after(1, MS, 10 * MS).busy);
    assert_false(after(3, 10 * MS, MS).busy);
}

static void
short_waits_add_up(void **state)
{
    (void)state;
    assert_true(after(100, MS / 100, MS).busy);
    assert_false(after(100, MS / 10, MS).busy);
}

/* A window has not ended before its time. */
static void
one_long_turn_is_no_window(void **state)
{
    (void)state;
    assert_false(after(1, 0, 9 * MS).busy);
    assert_true(after(2, 0, 9 * MS).busy);
}

static void
a_sleep_ends_it(void **state)
{
    struct transmit_load load = after(5, 0, 10 * MS);

    (void)state;
    assert_true(load.busy);
    transmit_waited(&load, load.began + MS, load.began + 1000 * MS);
    assert_false(load.busy);
}

static void
a_choice_of_the_user_holds_whatever_the_load(void **state)
{
    (void)state;
    for (int busy = 0; busy < 2; busy++) {
        assert_int_equal(transmit_choose(TRANSMIT_SEND, everything, busy), TRANSMIT_COPY);
        assert_int_equal(transmit_choose(TRANSMIT_SENDFILE, everything, busy), TRANSMIT_FILE);
        assert_int_equal(transmit_choose(TRANSMIT_VMSPLICE, everything, busy), TRANSMIT_PAGES);
    }
}

static void
auto_hands_pages_over_while_busy(void **state)
{
    (void)state;
    assert_int_equal(transmit_choose(TRANSMIT_AUTO, everything, false), TRANSMIT_COPY);
    assert_int_equal(transmit_choose(TRANSMIT_AUTO, everything, true), TRANSMIT_PAGES);
}

static void
auto_copies_to_other_machines(void **state)
{
    const struct transmit_choice remote = {
        .mapped = true, .file = true, .pipe = true, .loopback = false, .large = true
    };

    (void)state;
    assert_int_equal(transmit_choose(TRANSMIT_AUTO, remote, true), TRANSMIT_COPY);
    assert_int_equal(transmit_choose(TRANSMIT_VMSPLICE, remote, true), TRANSMIT_PAGES);
}

static void
what_is_not_there_is_not_chosen(void **state)
{
    const struct transmit_choice lacks[] = {
        { .mapped = false, .file = true, .pipe = true, .loopback = true, .large = true },
        { .mapped = true, .file = true, .pipe = false, .loopback = true, .large = true },
        { .mapped = true, .file = true, .pipe = true, .loopback = true, .large = false },
    };
    const struct transmit_choice no_file = { .mapped = true, .pipe = true, .large = true };

    (void)state;
    for (size_t i = 0; i < COUNT(lacks); i++) {
        assert_int_equal(transmit_choose(TRANSMIT_AUTO, lacks[i], true), TRANSMIT_COPY);
        assert_int_equal(transmit_choose(TRANSMIT_VMSPLICE, lacks[i], true), TRANSMIT_COPY);
    }
    assert_int_equal(transmit_choose(TRANSMIT_SENDFILE, no_file, true), TRANSMIT_COPY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_just_begun_is_not_busy),
        cmocka_unit_test(busy_is_who_waits_for_less_than_a_twentieth),
        cmocka_unit_test(short_waits_add_up),
        cmocka_unit_test(one_long_turn_is_no_window),
        cmocka_unit_test(a_sleep_ends_it),
        cmocka_unit_test(a_choice_of_the_user_holds_whatever_the_load),
        cmocka_unit_test(auto_hands_pages_over_while_busy),
        cmocka_unit_test(auto_copies_to_other_machines),
        cmocka_unit_test(what_is_not_there_is_not_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
