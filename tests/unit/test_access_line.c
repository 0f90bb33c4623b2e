/* SPDX-License-Identifier: BSD-2-Clause */
/* Access_line: what stands in a line. Any bytes of a request are
 * tests/fuzz/fuzz_access_line.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "worker/access_line.h"

static const struct address client = { .bytes = { 192, 0, 2, 10 },
                                       .port = 4711,
                                       .family = AF_INET };
static const struct address proxy = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
                                      .port = 9,
                                      .family = AF_INET6 };
static const struct range ranges[] = { { 0, 0 }, { 10, 19 }, { UINT64_MAX - 1, UINT64_MAX } };
static char begun[ACCESS_LINE_MAX];
static char line[ACCESS_LINE_MAX + 1];

static const struct access_request plain = { .line = { "GET /a?b HTTP/1.1", 17 },
                                             .client = &client,
                                             .peer = &proxy,
                                             .status = 206,
                                             .ranges = ranges };

static const char *
write_line(const char *text, const struct access_request *request,
           const struct access_response *response, enum access_escape escape)
{
    struct access_format format;
    struct access_time time;
    struct access_response copy = *response;
    struct span found;
    size_t length;

    access_line_time(&time, UINT64_C(1500000000123456789));
    copy.time = &time;
    assert_null(access_format_read(&format, text, escape, &found));
    length = access_line_begin(&format, request, begun);
    length = access_line_end(&format, (struct span){ begun, length }, &copy, line);
    assert_int_equal(line[length - 1], '\n');
    line[length - 1] = '\0';
    return line;
}

static const char *
written(const char *text, const struct access_request *request)
{
    return write_line(text, request, &(struct access_response){ 0 }, ACCESS_ESCAPE_DEFAULT);
}

static void
a_request_is_told(void **state)
{
    struct access_request request = plain;

    (void)state;
    assert_string_equal(written("$remote_addr $remote_port $realip_remote_addr", &request),
                        "192.0.2.10 4711 2001:db8::1");
    assert_string_equal(written("$request_method,$request_uri,$server_protocol", &request),
                        "GET,/a?b,HTTP/1.1");
    assert_string_equal(written("$status $variant $asset $remote_user", &request), "206 - - -");
    request.line.length = 3;
    assert_string_equal(written("$request_method,$request_uri", &request), "GET,-");
}

static void
fields_are_found_by_name(void **state)
{
    struct access_request request = plain;

    (void)state;
    request.fields =
        SPAN("Host: a\r\nx-long-NAME:  v w \r\nX-Long-Name: second\r\nEmpty:\r\n\r\n");
    assert_string_equal(written("$http_x_long_name|$http_HOST|$http_empty|$http_x", &request),
                        "v w|a|-|-");
}

static void
ranges_are_told_as_far_as_there_is_space(void **state)
{
    struct access_request request = plain;

    (void)state;
    assert_string_equal(written("$range", &request), "-");
    request.range_count = 2;
    assert_string_equal(written("$range", &request), "0-0,10-19");
    request.range_count = 3;
    assert_string_equal(written("$range", &request),
                        "0-0,10-19,18446744073709551614-18446744073709551615");
    request.ranges = &ranges[1];
    request.range_count = 2;
    assert_true(strlen(written("$range", &request)) <= ACCESS_RANGE_MAX);
}

static void
the_end_is_told(void **state)
{
    const struct access_response response = { .sent = 300,
                                              .body = 100,
                                              .duration = 61000002003,
                                              .first_byte = 1999,
                                              .termination = TERMINATION_TIMEOUT };

    (void)state;
    assert_string_equal(write_line("$bytes_sent $body_bytes_sent $request_time "
                                   "$first_byte_time $termination $msec",
                                   &plain, &response, ACCESS_ESCAPE_DEFAULT),
                        "300 100 61.000002 0.000001 timeout 1500000000.123");
    assert_string_equal(written("$first_byte_time $termination", &plain), "- client");
    assert_string_equal(write_line("$first_byte_time", &plain, &(struct access_response){ 0 },
                                   ACCESS_ESCAPE_JSON),
                        "null");
}

static void
times_have_two_forms(void **state)
{
    struct access_time time;

    (void)state;
    access_line_time(&time, UINT64_C(1500000000123456789));
    assert_int_equal(strlen(time.local), 26);
    assert_int_equal(strlen(time.iso8601), 25);
    assert_int_equal(time.iso8601[22], ':');
    assert_int_equal(time.wall_ms, 1500000000123);
}

static void
nothing_leaves_unescaped(void **state)
{
    struct access_request request = plain;

    (void)state;
    request.line = SPAN("a\"\\\n\x7f\xe4z");
    assert_string_equal(written("$request", &request), "a\\x22\\x5C\\x0A\\x7F\\xE4z");
    assert_string_equal(write_line("$request", &request, &(struct access_response){ 0 },
                                   ACCESS_ESCAPE_JSON),
                        "a\\\"\\\\\\u000A\\u007F\\u00E4z");
}

/* Eight bytes are looked at together. */
static void
every_byte_is_found_at_every_place(void **state)
{
    struct access_request request = plain;
    char text[19];

    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < sizeof(text); at++) {
            const bool safe = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';

            memset(text, 'a', sizeof(text));
            text[at] = (char)byte;
            request.line = (struct span){ text, sizeof(text) };
            assert_int_equal(strlen(written("$request", &request)),
                             sizeof(text) + (safe ? 0 : 3));
        }
}

static void
long_values_are_cut_between_units(void **state)
{
    static char quotes[2 * ACCESS_LINE_MAX];
    struct access_request request = plain;
    const char *text;

    (void)state;
    memset(quotes, '"', sizeof(quotes));
    request.line = (struct span){ quotes, sizeof(quotes) };
    text = written("$request", &request);
    assert_in_range(strlen(text), ACCESS_LINE_MAX - 8, ACCESS_LINE_MAX - 1);
    assert_string_equal(text + strlen(text) - 7, "\\x22...");
    request.line.length = (ACCESS_LINE_MAX - 1) / 4;
    assert_int_equal(strlen(written("$request", &request)), request.line.length * 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_told),
        cmocka_unit_test(fields_are_found_by_name),
        cmocka_unit_test(ranges_are_told_as_far_as_there_is_space),
        cmocka_unit_test(the_end_is_told),
        cmocka_unit_test(times_have_two_forms),
        cmocka_unit_test(nothing_leaves_unescaped),
        cmocka_unit_test(every_byte_is_found_at_every_place),
        cmocka_unit_test(long_values_are_cut_between_units),
    };

    return cmocka_run_group_tests_name("access_line", tests, NULL, NULL);
}
