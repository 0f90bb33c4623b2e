/* SPDX-License-Identifier: BSD-2-Clause */
/* Proto: bytes against the examples of the encoding's description, and nothing for nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "format/proto.h"

static void
numbers_take_seven_bits_a_byte(void **state)
{
    static const struct {
        uint64_t value;
        const char *bytes;
        size_t size;
    } rows[] = {
        { 0, "", 0 },
        { 1, "\x08\x01", 2 },
        { 127, "\x08\x7f", 2 },
        { 128, "\x08\x80\x01", 3 },
        { 150, "\x08\x96\x01", 3 },
        { UINT64_MAX, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct proto proto = { 0 };

        proto_number(&proto, 1, rows[i].value);
        assert_int_equal(proto.size, rows[i].size);
        assert_memory_equal(proto.bytes ? proto.bytes : (const void *)"", rows[i].bytes,
                            rows[i].size);
        proto_free(&proto);
    }
}

static void
lengths_come_before_bytes(void **state)
{
    static const uint64_t numbers[] = { 3, 270, 86942 };
    struct proto inner = { 0 };
    struct proto outer = { 0 };

    (void)state;
    proto_bytes(&outer, 2, "testing", 7);
    assert_int_equal(outer.size, 9);
    assert_memory_equal(outer.bytes, "\x12\x07testing", 9);
    proto_clear(&outer);
    proto_number(&inner, 1, 150);
    proto_message(&outer, 3, &inner);
    assert_int_equal(outer.size, 5);
    assert_memory_equal(outer.bytes, "\x1a\x03\x08\x96\x01", 5);
    proto_clear(&outer);
    proto_numbers(&outer, 6, numbers, 3);
    assert_int_equal(outer.size, 8);
    assert_memory_equal(outer.bytes, "\x32\x06\x03\x8e\x02\x9e\xa7\x05", 8);
    proto_clear(&outer);
    proto_bytes(&outer, 100, "", 0);
    assert_int_equal(outer.size, 3);
    assert_memory_equal(outer.bytes, "\xa2\x06\x00", 3);
    proto_free(&inner);
    proto_free(&outer);
}

static void
messages_grow(void **state)
{
    struct proto proto = { 0 };
    static char bytes[100000];

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        proto_bytes(&proto, 1, bytes, sizeof(bytes));
    assert_false(proto.failed);
    assert_int_equal(proto.size, 10 * (sizeof(bytes) + 4));
    proto_free(&proto);
}

static void
failure_is_handed_on(void **state)
{
    struct proto inner = { .failed = true };
    struct proto outer = { 0 };

    (void)state;
    proto_message(&outer, 1, &inner);
    assert_true(outer.failed);
    proto_free(&outer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_seven_bits_a_byte),
        cmocka_unit_test(lengths_come_before_bytes),
        cmocka_unit_test(messages_grow),
        cmocka_unit_test(failure_is_handed_on),
    };

    return cmocka_run_group_tests_name("proto", tests, NULL, NULL);
}
