/* SPDX-License-Identifier: BSD-2-Clause */
/* Query: what each parameter accepts, and that whatever else comes is explained. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "observer/query.h"
#include "observer/scope.h"

static const struct query_rules all = {
    .accepted = QUERY_WORKER | QUERY_SECONDS | QUERY_FORMAT | QUERY_SAMPLE_INDEX | QUERY_DEBUG,
    .workers = 4,
    .seconds = 30,
    .formats = QUERY_FORMAT_BIT(QUERY_PROTO) | QUERY_FORMAT_BIT(QUERY_TEXT) |
               QUERY_FORMAT_BIT(QUERY_LEGACY),
    .kind = PROFILE_HEAP,
};
static const struct query_rules whole = { .accepted = QUERY_SECONDS | QUERY_FORMAT,
                                          .formats = QUERY_FORMAT_BIT(QUERY_PROTO) |
                                                     QUERY_FORMAT_BIT(QUERY_TEXT),
                                          .whole = true };
static const struct query_rules stacks = { .accepted = QUERY_DEBUG | QUERY_ARGUMENTS };
static const struct query_rules lists = { .accepted = QUERY_FORMAT | QUERY_LIMIT,
                                          .formats = QUERY_FORMAT_BIT(QUERY_JSON) };
static const struct query_rules connections = { .accepted = QUERY_CONNECTION };
static const struct query_rules none = { 0 };

static void
good_queries(void **state)
{
    static const struct {
        const char *text;
        const struct query_rules *rules;
        struct query expected;
    } rows[] = {
        { "", &all, { SCOPE_ALL, 30, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "", &none, { SCOPE_ALL, 0, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "worker=all", &all, { SCOPE_ALL, 30, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "worker=0", &all, { 0, 30, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "worker=3&seconds=1", &all, { 3, 1, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "seconds=3600&",
          &all,
          { SCOPE_ALL, 3600, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "seconds=0", &whole, { SCOPE_ALL, 0, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "format=proto", &all, { SCOPE_ALL, 30, QUERY_PROTO, -1, 0, false, 0, 0, 0 } },
        { "format=text", &whole, { SCOPE_ALL, 0, QUERY_TEXT, -1, 0, false, 0, 0, 0 } },
        { "format=legacy", &all, { SCOPE_ALL, 30, QUERY_LEGACY, -1, 0, false, 0, 0, 0 } },
        { "sample_index=alloc_space",
          &all,
          { SCOPE_ALL, 30, QUERY_UNSPECIFIED, 1, 0, false, 0, 0, 0 } },
        { "debug=2&format=text&worker=1", &all, { 1, 30, QUERY_TEXT, -1, 2, true, 0, 0, 0 } },
        { "debug=2&arguments=1",
          &stacks,
          { SCOPE_ALL, 0, QUERY_UNSPECIFIED, -1, 2, true, 1, 0, 0 } },
        { "debug=0", &all, { SCOPE_ALL, 30, QUERY_UNSPECIFIED, -1, 0, true, 0, 0, 0 } },
        { "gc=1&second=10s&=1&&x",
          &all,
          { SCOPE_ALL, 30, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "worker=1&debug=7",
          &whole,
          { SCOPE_ALL, 0, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
        { "connection=4294967295",
          &connections,
          { .worker = SCOPE_ALL, .sample_index = -1, .connection = UINT_MAX } },
        { "limit=7&format=json", &lists, { SCOPE_ALL, 0, QUERY_JSON, -1, 0, false, 0, 0, 7 } },
        { "seconds=x", &none, { SCOPE_ALL, 0, QUERY_UNSPECIFIED, -1, 0, false, 0, 0, 0 } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char error[QUERY_ERROR_MAX] = "";
        struct query query;

        if (!query_read(&query, span_of(rows[i].text), rows[i].rules, error))
            fail_msg("%s: %s", rows[i].text, error);
        assert_int_equal(query.worker, rows[i].expected.worker);
        assert_int_equal(query.seconds, rows[i].expected.seconds);
        assert_int_equal(query.format, rows[i].expected.format);
        assert_int_equal(query.sample_index, rows[i].expected.sample_index);
        assert_int_equal(query.debug, rows[i].expected.debug);
        assert_int_equal(query.debug_given, rows[i].expected.debug_given);
        assert_int_equal(query.limit, rows[i].expected.limit);
        assert_int_equal(query.connection, rows[i].expected.connection);
    }
}

#define LONG_VALUE "0123456789012345678901234567890123456789012345678901234567890123456789"

static void
bad_queries(void **state)
{
    static const struct {
        const char *text;
        const struct query_rules *rules;
        const char *error;
    } rows[] = {
        { "worker=4", &all, "worker: \"4\"; accepted: 0 to 3, all" },
        { "worker=-1", &all, "worker: \"-1\"; accepted: 0 to 3, all" },
        { "worker", &all, "worker: \"\"; accepted: 0 to 3, all" },
        { "seconds=-1", &all, "seconds: \"-1\"; accepted: 1 to 3600" },
        { "seconds=0", &all, "seconds: \"0\"; accepted: 1 to 3600" },
        { "seconds=3601", &whole, "seconds: \"3601\"; accepted: 0 to 3600" },
        { "seconds=1.5", &all, "seconds: \"1.5\"; accepted: 1 to 3600" },
        { "seconds=+5", &all, "seconds: \"+5\"; accepted: 1 to 3600" },
        { "seconds=4294967297", &all, "seconds: \"4294967297\"; accepted: 1 to 3600" },
        { "seconds=1&seconds=2", &all, "seconds: given twice" },
        { "format=xml", &all, "format: \"xml\"; accepted: proto, text, legacy" },
        { "format=legacy", &whole, "format: \"legacy\"; accepted: proto, text" },
        { "sample_index=cpu", &all,
          "sample_index: \"cpu\"; accepted: alloc_objects, alloc_space, inuse_objects, "
          "inuse_space" },
        { "connection=4294967296", &connections,
          "connection: \"4294967296\"; accepted: 1 to 4294967295" },
        { "limit=0", &lists, "limit: \"0\"; accepted: 1 to 999999999" },
        { "format=proto", &lists, "format: \"proto\"; accepted: json" },
        { "debug=3", &all, "debug: \"3\"; accepted: 0 to 2" },
        { "seconds=" LONG_VALUE, &whole,
          "seconds: \"0123456789012345678901234567890123456789012345678901234567890123\"; "
          "accepted: 0 to 3600" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char error[QUERY_ERROR_MAX] = "";
        struct query query;

        assert_false(query_read(&query, span_of(rows[i].text), rows[i].rules, error));
        assert_string_equal(error, rows[i].error);
    }
}

static void
forms_that_are_chosen(void **state)
{
    const struct query nothing = { 0 };
    const struct query zero = { .debug_given = true };
    const struct query one = { .debug = 1, .debug_given = true };
    const struct query text = { .format = QUERY_TEXT, .debug_given = true };

    (void)state;
    assert_int_equal(query_choose(&nothing, true, true), QUERY_PROTO);
    assert_int_equal(query_choose(&nothing, false, true), QUERY_LEGACY);
    assert_int_equal(query_choose(&nothing, false, false), QUERY_TEXT);
    assert_int_equal(query_choose(&zero, false, true), QUERY_PROTO);
    assert_int_equal(query_choose(&one, true, true), QUERY_TEXT);
    assert_int_equal(query_choose(&text, true, true), QUERY_TEXT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_queries),
        cmocka_unit_test(bad_queries),
        cmocka_unit_test(forms_that_are_chosen),
    };

    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
