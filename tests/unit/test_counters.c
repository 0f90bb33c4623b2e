/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters: that the table has each number of a slot once, and what sums are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/counters.h"

#define NUMBER(slot, i)                                                                        \
    (((uint64_t *)(void *)(slot))[counters_table[i].offset / sizeof(uint64_t)])

static void
names_and_places_are_there_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < counters_count; i++) {
        assert_true(counters_table[i].offset + sizeof(uint64_t) <= sizeof(struct slot));
        assert_true(counters_table[i].kind == COUNTER_TOTAL || !counters_table[i].whole);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(counters_table[i].name, counters_table[j].name);
            assert_int_not_equal(counters_table[i].offset, counters_table[j].offset);
        }
    }
}

static void
memory_is_all_there(void **state)
{
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < counters_count; i++)
        count += counters_table[i].kind == COUNTER_MEMORY;
    assert_int_equal(count * sizeof(uint64_t), sizeof(struct slot_memory));
}

static void
a_kind_is_added_number_by_number(void **state)
{
    struct slot slot = { 0 };
    struct slot total = { 0 };

    (void)state;
    for (size_t i = 0; i < counters_count; i++)
        NUMBER(&slot, i) = i + 1;
    counters_add(COUNTER_MEMORY, &total, &slot);
    counters_add(COUNTER_MEMORY, &total, &slot);
    for (size_t i = 0; i < counters_count; i++)
        assert_int_equal(counter_read(&counters_table[i], &total),
                         counters_table[i].kind == COUNTER_MEMORY ? 2 * (i + 1) : 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_places_are_there_once),
        cmocka_unit_test(memory_is_all_there),
        cmocka_unit_test(a_kind_is_added_number_by_number),
    };

    return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
