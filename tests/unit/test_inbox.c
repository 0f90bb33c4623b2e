/* SPDX-License-Identifier: BSD-2-Clause */
/* Inbox: exists only while it holds something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/inbox.h"

static void
it_is_made_from_foreign_bytes(void **state)
{
    struct inbox *inbox = NULL;
    const struct head head = { .line = 3 };

    (void)state;
    assert_int_equal(inbox_keep(&inbox, "GET", 3, &head, 16), 0);
    assert_int_equal(inbox->length, 3);
    assert_int_equal(inbox->head.line, 3);
    assert_memory_equal(inbox->bytes, "GET", 3);
    assert_int_equal(inbox_keep(&inbox, NULL, 0, &head, 16), 0);
    assert_null(inbox);
}

static void
its_own_rest_moves_to_the_front(void **state)
{
    struct inbox *inbox = NULL;
    const struct head head = { 0 };

    (void)state;
    assert_int_equal(inbox_keep(&inbox, "0123456789abcdef", 16, &head, 16), 0);
    assert_int_equal(inbox_keep(&inbox, inbox->bytes + 6, 10, &head, 16), 0);
    assert_int_equal(inbox->length, 10);
    assert_memory_equal(inbox->bytes, "6789abcdef", 10);
    assert_int_equal(inbox_keep(&inbox, inbox->bytes, 0, &head, 16), 0);
    assert_null(inbox);
}

/* A slow head costs what it needs, not what it may become. */
static void
it_grows_as_needed(void **state)
{
    static const char bytes[16384];
    struct inbox *inbox = NULL;
    const struct head head = { 0 };
    size_t before = 0;

    (void)state;
    for (size_t length = 1; length <= sizeof(bytes); length++) {
        assert_int_equal(inbox_keep(&inbox, bytes, length, &head, sizeof(bytes)), 0);
        assert_int_equal(inbox->length, length);
        assert_true(inbox->capacity >= length && inbox->capacity <= sizeof(bytes));
        assert_true(before == 0 || inbox->capacity == before ||
                    inbox->capacity < 2 * (length + sizeof(*inbox)));
        before = inbox->capacity;
    }
    assert_int_equal(inbox_keep(&inbox, NULL, 0, &head, sizeof(bytes)), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_from_foreign_bytes),
        cmocka_unit_test(its_own_rest_moves_to_the_front),
        cmocka_unit_test(it_grows_as_needed),
    };

    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
