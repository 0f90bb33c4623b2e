/* SPDX-License-Identifier: BSD-2-Clause */
/* Intern: numbers in order of appearance, equal for equal keys, stable keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/intern.h"

static void
keys_are_numbered_in_order(void **state)
{
    struct intern *intern = intern_create();
    char key[32];
    size_t length;

    (void)state;
    assert_int_equal(intern_number(intern, "", 0), 0);
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 1; i <= 5000; i++) {
            int size = snprintf(key, sizeof(key), "key %zu", i);

            assert_int_equal(intern_number(intern, key, (size_t)size), i);
        }
    assert_int_equal(intern_count(intern), 5001);
    assert_string_equal(intern_key(intern, 4711, &length), "key 4711");
    assert_int_equal(length, 8);
    assert_false(intern_failed(intern));
    intern_free(intern);
}

static void
keys_are_bytes_not_text(void **state)
{
    struct intern *intern = intern_create();

    (void)state;
    assert_int_equal(intern_number(intern, "a\0b", 3), 0);
    assert_int_equal(intern_number(intern, "a\0c", 3), 1);
    assert_int_equal(intern_number(intern, "a", 1), 2);
    assert_int_equal(intern_number(intern, "a\0c", 3), 1);
    intern_free(intern);
}

static void
none_at_all_is_a_failed_one(void **state)
{
    (void)state;
    assert_int_equal(intern_number(NULL, "a", 1), 0);
    assert_true(intern_failed(NULL));
    assert_int_equal(intern_count(NULL), 0);
    intern_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_numbered_in_order),
        cmocka_unit_test(keys_are_bytes_not_text),
        cmocka_unit_test(none_at_all_is_a_failed_one),
    };

    return cmocka_run_group_tests_name("intern", tests, NULL, NULL);
}
