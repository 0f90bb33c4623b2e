/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/range: RFC 9110 section 14.1.2 with its examples, and numbers at their bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/range.h"

#define CAPACITY 4
#define G4       UINT64_C(4294967296)
#define E63      UINT64_C(9223372036854775808)

static const struct {
    const char *value;
    uint64_t length;
    enum range_result result;
    size_t count;
    struct range ranges[CAPACITY];
} rows[] = {
    /* the examples of the RFC: 10000 octets */
    { "bytes=0-499", 10000, RANGE_SATISFIABLE, 1, { { 0, 499 } } },
    { "bytes=500-999", 10000, RANGE_SATISFIABLE, 1, { { 500, 999 } } },
    { "bytes=-500", 10000, RANGE_SATISFIABLE, 1, { { 9500, 9999 } } },
    { "bytes=9500-", 10000, RANGE_SATISFIABLE, 1, { { 9500, 9999 } } },
    { "bytes=0-0,-1", 10000, RANGE_SATISFIABLE, 2, { { 0, 0 }, { 9999, 9999 } } },
    { "bytes= 0-0, 4500-5499, -1000",
      10000,
      RANGE_SATISFIABLE,
      3,
      { { 0, 0 }, { 4500, 5499 }, { 9000, 9999 } } },
    { "bytes=500-700,601-999", 10000, RANGE_SATISFIABLE, 2, { { 500, 700 }, { 601, 999 } } },

    /* cut to the representation */
    { "bytes=0-", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=0-99", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=0-100", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=99-", 100, RANGE_SATISFIABLE, 1, { { 99, 99 } } },
    { "bytes=99-99999999999999999999999", 100, RANGE_SATISFIABLE, 1, { { 99, 99 } } },
    { "bytes=-100", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=-101", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=-18446744073709551616", 100, RANGE_SATISFIABLE, 1, { { 0, 99 } } },
    { "bytes=0000-0001", 100, RANGE_SATISFIABLE, 1, { { 0, 1 } } },
    { "BYTES=1-2", 100, RANGE_SATISFIABLE, 1, { { 1, 2 } } },

    /* large objects */
    { "bytes=4294967295-4294967296", G4 + 1, RANGE_SATISFIABLE, 1, { { G4 - 1, G4 } } },
    { "bytes=4294967296-", G4 + 1, RANGE_SATISFIABLE, 1, { { G4, G4 } } },
    { "bytes=-4294967297", G4 + 2, RANGE_SATISFIABLE, 1, { { 1, G4 + 1 } } },
    { "bytes=9223372036854775807-", E63, RANGE_SATISFIABLE, 1, { { E63 - 1, E63 - 1 } } },
    { "bytes=9223372036854775808-", E63, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=0-,-1", UINT64_MAX, RANGE_NONE, 0, { { 0, 0 } } },

    /* unsatisfiable */
    { "bytes=100-", 100, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=100-200", 100, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=-0", 100, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=-0,100-", 100, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=99999999999999999999999-", 100, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=18446744073709551616-18446744073709551617",
      100,
      RANGE_UNSATISFIABLE,
      0,
      { { 0, 0 } } },
    { "bytes=0-0", 0, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },
    { "bytes=-1", 0, RANGE_UNSATISFIABLE, 0, { { 0, 0 } } },

    /* what remains of several */
    { "bytes=0-1,200-", 100, RANGE_SATISFIABLE, 1, { { 0, 1 } } },
    { "bytes=200-,-0,5-6", 100, RANGE_SATISFIABLE, 1, { { 5, 6 } } },
    { "bytes=,0-1, ,\t3-4,", 100, RANGE_SATISFIABLE, 2, { { 0, 1 }, { 3, 4 } } },
    { "bytes=4-5,0-1", 100, RANGE_SATISFIABLE, 2, { { 4, 5 }, { 0, 1 } } },

    /* no more octets than the whole, no more ranges than allowed */
    { "bytes=0-49,50-99", 100, RANGE_SATISFIABLE, 2, { { 0, 49 }, { 50, 99 } } },
    { "bytes=0-50,50-99", 100, RANGE_NONE, 0, { { 0, 0 } } },
    { "bytes=0-,0-", 100, RANGE_NONE, 0, { { 0, 0 } } },
    { "bytes=0-0,1-1,2-2,3-3",
      100,
      RANGE_SATISFIABLE,
      4,
      { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 } } },
    { "bytes=0-0,1-1,2-2,3-3,4-4", 100, RANGE_NONE, 0, { { 0, 0 } } },
    { "bytes=-0,-0,-0,-0,0-0", 100, RANGE_NONE, 0, { { 0, 0 } } },
};

static void
test_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct range ranges[CAPACITY];
        size_t count;
        enum range_result result =
            range_parse(span_of(rows[i].value), rows[i].length, ranges, CAPACITY, &count);

        if (result != rows[i].result)
            fail_msg("%s: %d", rows[i].value, (int)result);
        if (result != RANGE_SATISFIABLE)
            continue;
        assert_int_equal(count, rows[i].count);
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(ranges[j].first, rows[i].ranges[j].first);
            assert_int_equal(ranges[j].last, rows[i].ranges[j].last);
        }
    }
}

static const char *const ignored[] = {
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes= , ",
    "bytes=-",
    "bytes=5",
    "bytes=5-2",
    "bytes=a-b",
    "bytes=0-b",
    "bytes=0x1-2",
    "bytes=--1",
    "bytes=-1-",
    "bytes=1-2-3",
    "bytes=+1-2",
    "bytes=1 -2",
    "bytes=1- 2",
    "bytes =0-1",
    " bytes=0-1",
    "bytes:0-1",
    "bytes 0-1",
    "byte=0-1",
    "items=0-1",
    "none",
    "bytes=0-1;q=1",
    "bytes=0-1,x",
    "bytes=0-1,5-2",
    "bytes=0-1 2-3",
    "bytes=0.0-1",
    "bytes==0-1",
    "0-1",
};

static void
test_ignored(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ignored); i++) {
        struct range ranges[CAPACITY];
        size_t count;

        if (range_parse(span_of(ignored[i]), 100, ranges, CAPACITY, &count) != RANGE_NONE)
            fail_msg("%s is not ignored", ignored[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_ignored),
    };

    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
