/* SPDX-License-Identifier: BSD-2-Clause */
/* Edit distance, and which distances are worth a suggestion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/count.h"
#include "config/nearest.h"

static const struct {
    const char *a;
    const char *b;
    size_t distance;
} rows[] = {
    { "", "", 0 },
    { "listen", "listen", 0 },
    { "Listen", "lISTEN", 0 },
    { "", "abc", 3 },
    { "lisen", "listen", 1 },
    { "listten", "listen", 1 },
    { "lixten", "listen", 1 },
    { "litsen", "listen", 1 },
    { "ab", "ba", 1 },
    { "abc", "cab", 2 },
    { "kitten", "sitting", 3 },
    { "ca", "abc", 3 },
};

static void
counts_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void
gives_up_on_long_words(void **state)
{
    char word[NEAREST_LENGTH_MAX + 2];

    (void)state;
    memset(word, 'x', sizeof(word));
    word[NEAREST_LENGTH_MAX + 1] = '\0';
    assert_true(nearest_distance(word, "x") == SIZE_MAX);
    word[NEAREST_LENGTH_MAX] = '\0';
    assert_int_equal(nearest_distance(word, "x"), NEAREST_LENGTH_MAX - 1);
    assert_int_equal(nearest_distance(word, word), 0);
}

static void
suggests_only_what_is_near(void **state)
{
    (void)state;
    assert_true(nearest_plausible(1, 2));
    assert_true(nearest_plausible(3, 6));
    assert_false(nearest_plausible(3, 5));
    assert_false(nearest_plausible(4, 40));
    assert_false(nearest_plausible(SIZE_MAX, 6));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_edits),
        cmocka_unit_test(gives_up_on_long_words),
        cmocka_unit_test(suggests_only_what_is_near),
    };

    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
