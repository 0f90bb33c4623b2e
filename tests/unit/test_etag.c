/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/etag: the comparisons of RFC 9110 section 8.8.3.2, and lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/etag.h"

static const struct {
    const char *list;
    enum etag_list strong;
    enum etag_list weak;
} rows[] = {
    { "\"a\"", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS },
    { "W/\"a\"", ETAG_LIST_MISSES, ETAG_LIST_HOLDS },
    { "\"b\"", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "\"A\"", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "\"\"", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "\"b\", \"a\"", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS },
    { "\"b\",\"a\",\"c\"", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS },
    { "\"b\" ,\t W/\"a\"", ETAG_LIST_MISSES, ETAG_LIST_HOLDS },
    { ", ,\"a\",,", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS },
    { "\"a,\", \",a\"", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "\"x,\\\", \"a\"", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS }, /* no escapes */
    { "\"\xff\", \"a\"", ETAG_LIST_HOLDS, ETAG_LIST_HOLDS },
    { "*", ETAG_LIST_ANY, ETAG_LIST_ANY },
    { " * ", ETAG_LIST_ANY, ETAG_LIST_ANY },
    { "", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { " , ", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "\"*\"", ETAG_LIST_MISSES, ETAG_LIST_MISSES },
    { "a", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "w/\"a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "W/", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "W/a", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "W\"a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "W/ \"a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a\" \"b\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a\"\"b\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a\", b", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a\", *", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "*, \"a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"a\"x", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "'a'", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
    { "\"b b\", \"a\"", ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
};

static void
test_search(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span list = span_of(rows[i].list);

        if (etag_list_search(list, SPAN("\"a\""), ETAG_STRONG) != rows[i].strong ||
            etag_list_search(list, SPAN("\"a\""), ETAG_WEAK) != rows[i].weak)
            fail_msg("%s", rows[i].list);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_search) };

    return cmocka_run_group_tests_name("etag", tests, NULL, NULL);
}
