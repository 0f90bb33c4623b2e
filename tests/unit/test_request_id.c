/* SPDX-License-Identifier: BSD-2-Clause */
/* Request_id: what is taken, what is made, and how both are shortened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/request_id.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"

static struct request_id_source source = { .state = { 1, 2 } };
static struct request_id id;

static void
find(const char *own, const char *parent)
{
    struct request request = { 0 };

    if (own) {
        request.headers[request.header_count++] =
            (struct request_header){ HEADER_X_REQUEST_ID, span_of(own) };
        request.present |= 1U << HEADER_X_REQUEST_ID;
    }
    if (parent) {
        request.headers[request.header_count++] =
            (struct request_header){ HEADER_TRACEPARENT, span_of(parent) };
        request.present |= 1U << HEADER_TRACEPARENT;
    }
    request_id_find(&id, &request, &source);
}

static bool
is_made(void)
{
    return id.length == REQUEST_ID_TRACE && strlen(id.text) == REQUEST_ID_TRACE &&
           strspn(id.text, "0123456789abcdef") == REQUEST_ID_TRACE;
}

static void
one_s_own_is_taken(void **state)
{
    static const char *const good[] = {
        "a", "2f1b-x_Y.~+/=:@", "7f3d0000-0000-4000-8000-0123456789ab",
        "0123456789012345678901234567890123456789012345678901234567890123"
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        find(good[i], "00-" TRACE "-00f067aa0ba902b7-01");
        assert_string_equal(id.text, good[i]);
        assert_true(span_equal(request_id_trace(&id), SPAN(TRACE)));
    }
}

static void
that_of_a_trace_is_taken(void **state)
{
    static const char *const good[] = { "00-" TRACE "-00f067aa0ba902b7-01",
                                        "cc-" TRACE "-00f067aa0ba902b7-00-more" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        find(NULL, good[i]);
        assert_string_equal(id.text, TRACE);
        assert_true(id.has_trace);
    }
}

static void
what_is_not_well_formed_is_replaced(void **state)
{
    static const char *const own[] = {
        "",     "a b",
        "a\"b", "a,b",
        "\xe4", "a\\",
        "<a>",  "01234567890123456789012345678901234567890123456789012345678901234"
    };
    static const char *const parents[] = {
        "00-" TRACE "-00f067aa0ba902b7-0",
        "00-" TRACE "-00f067aa0ba902b7-01-",
        "ff-" TRACE "-00f067aa0ba902b7-01",
        "00-" TRACE "-0000000000000000-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00_" TRACE "-00f067aa0ba902b7-01",
        "01-" TRACE "-00f067aa0ba902b7-01.",
        "00-" TRACE "-00f067aa0ba902b7-0g"
    };

    (void)state;
    for (size_t i = 0; i < COUNT(own); i++) {
        find(own[i], NULL);
        assert_true(is_made());
    }
    for (size_t i = 0; i < COUNT(parents); i++) {
        find(NULL, parents[i]);
        assert_true(is_made());
        assert_false(id.has_trace);
    }
}

static void
none_is_made_twice(void **state)
{
    char before[REQUEST_ID_MAX + 1] = "";
    struct request_id_source other;

    (void)state;
    request_id_seed(&other);
    for (unsigned i = 0; i < 1000; i++) {
        request_id_find(&id, NULL, i % 2 ? &source : &other);
        assert_true(is_made());
        assert_string_not_equal(id.text, before);
        strcpy(before, id.text);
    }
}

static void
a_number_begins_as_the_identifier_does(void **state)
{
    uint64_t first;

    (void)state;
    find("7f3d00a0-0000-4b00-8000-0123456789ab", NULL);
    assert_int_equal(request_id_number(&id), 0x7f3d00a000004b);
    find("order-1", NULL);
    first = request_id_number(&id);
    assert_true(first != 0 && first >> 56 == 0);
    find("order-2", NULL);
    assert_true(request_id_number(&id) != first);
    find("12", NULL);
    assert_true(request_id_number(&id) != 0x12);
}

static void
a_copy_is_the_same(void **state)
{
    struct request_id copy;

    (void)state;
    find("abc", NULL);
    request_id_copy(&copy, id.text);
    assert_true(span_equal(request_id_span(&copy), SPAN("abc")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_s_own_is_taken),
        cmocka_unit_test(that_of_a_trace_is_taken),
        cmocka_unit_test(what_is_not_well_formed_is_replaced),
        cmocka_unit_test(none_is_made_twice),
        cmocka_unit_test(a_number_begins_as_the_identifier_does),
        cmocka_unit_test(a_copy_is_the_same),
    };

    return cmocka_run_group_tests_name("request_id", tests, NULL, NULL);
}
