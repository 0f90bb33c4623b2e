/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/header: names, white space, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/header.h"

static const struct {
    const char *name;
    enum header header;
} names[] = {
    { "Host", HEADER_HOST },
    { "Range", HEADER_RANGE },
    { "Expect", HEADER_EXPECT },
    { "If-Match", HEADER_IF_MATCH },
    { "If-Range", HEADER_IF_RANGE },
    { "Connection", HEADER_CONNECTION },
    { "If-None-Match", HEADER_IF_NONE_MATCH },
    { "Content-Length", HEADER_CONTENT_LENGTH },
    { "If-Modified-Since", HEADER_IF_MODIFIED_SINCE },
    { "Transfer-Encoding", HEADER_TRANSFER_ENCODING },
    { "If-Unmodified-Since", HEADER_IF_UNMODIFIED_SINCE },
    { "hOST", HEADER_HOST },
    { "IF-NONE-MATCH", HEADER_IF_NONE_MATCH },
    { "TRANSFER-ENCODING", HEADER_TRANSFER_ENCODING },
    { "x", HEADER_OTHER },
    { "Accept", HEADER_OTHER },
    { "Hos", HEADER_OTHER },
    { "Hosts", HEADER_OTHER },
    { "User-Agent", HEADER_OTHER },
    { "Cookie", HEADER_OTHER },
    { "If-Watch", HEADER_OTHER },
    { "Content_Length", HEADER_OTHER },
    { "If-Unmodified-Sinces", HEADER_OTHER },
    { "Origin", HEADER_ORIGIN },
    { "Origan", HEADER_OTHER },
    { "want-digest", HEADER_WANT_DIGEST },
    { "accept-encoding", HEADER_ACCEPT_ENCODING },
    { "TraceParent", HEADER_TRACEPARENT },
    { "X-Request-ID", HEADER_X_REQUEST_ID },
    { "Want-Repr-Digest", HEADER_WANT_REPR_DIGEST },
    { "Sec-Fetch-Destination-Of-All", HEADER_OTHER },
};

static void
test_lookup(void **state)
{
    bool seen[HEADER_COUNT] = { false };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(header_lookup(span_of(names[i].name)), names[i].header);
        seen[names[i].header] = true;
    }
    for (size_t i = 0; i < HEADER_COUNT; i++)
        assert_true(seen[i]);
}

static void
test_list(void **state)
{
    static const struct {
        const char *list;
        const char *elements[4];
    } rows[] = {
        { "", { NULL } },
        { " , ,\t,", { NULL } },
        { "a", { "a" } },
        { ",close", { "close" } },
        { "foo,\tclose", { "foo", "close" } },
        { " a b , c,, ,d ", { "a b", "c", "d" } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span list = span_of(rows[i].list);
        struct span element;

        for (size_t j = 0; rows[i].elements[j]; j++) {
            assert_true(header_list_next(&list, &element));
            assert_true(span_equal(element, span_of(rows[i].elements[j])));
        }
        assert_false(header_list_next(&list, &element));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_list),
    };

    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
