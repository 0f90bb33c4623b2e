/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/request: methods, paths, persistence, kept fields, and the second reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/count.h"
#include "http_request.h"

#define H "Host: a\r\n"

static const struct {
    const char *text;
    enum method method;
    const char *path;
    bool keep_alive;
    bool content;
    bool asterisk;
} rows[] = {
    { "GET /tiff HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/tiff", true, false, false },
    { "HEAD /%74iff?a HTTP/1.1\r\n" H "\r\n", METHOD_HEAD, "/tiff", true, false, false },
    { "\r\n\r\nGET /a/../b HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/b", true, false, false },
    { "GET //b HTTP/1.1\r\n" H "\r\n", METHOD_GET, "//b", true, false, false },
    { "GET /tiff HTTP/1.7\r\n" H "\r\n", METHOD_GET, "/tiff", true, false, false },
    { "GET /tiff HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", METHOD_GET, "/tiff", true, false,
      false },

    /* targets in absolute-form */
    { "GET http://h/tiff HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/tiff", true, false, false },
    { "GET HTTPS://h:1?q HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/", true, false, false },
    { "GET http://[::1]:80/x HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/x", true, false, false },
    { "GET http://%41!$&'()*+,;=.b/x HTTP/1.1\r\n" H "\r\n", METHOD_GET, "/x", true, false,
      false },
    { "OPTIONS http://h HTTP/1.1\r\n" H "\r\n", METHOD_OPTIONS, "", true, false, true },
    { "OPTIONS http://h/ HTTP/1.1\r\n" H "\r\n", METHOD_OPTIONS, "/", true, false, false },
    { "OPTIONS http://h? HTTP/1.1\r\n" H "\r\n", METHOD_OPTIONS, "/", true, false, false },
    { "OPTIONS * HTTP/1.1\r\n" H "\r\n", METHOD_OPTIONS, "", true, false, true },
    { "OPTIONS /* HTTP/1.1\r\n" H "\r\n", METHOD_OPTIONS, "/*", true, false, false },

    /* methods that are not ours, also those that http-parser knows otherwise */
    { "POST /tiff HTTP/1.1\r\n" H "\r\n", METHOD_KNOWN, "/tiff", true, false, false },
    { "DELETE /tiff HTTP/1.1\r\n" H "Connection: close\r\n\r\n", METHOD_KNOWN, "/tiff", false,
      false, false },
    { "POST /tiff HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n", METHOD_KNOWN, "/tiff", true,
      true, false },
    { "POST /tiff HTTP/1.1\r\n" H "Content-Length: 9223372036854775807\r\n\r\n", METHOD_KNOWN,
      "/tiff", true, true, false },
    { "PUT /tiff HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", METHOD_KNOWN, "/tiff",
      true, true, false },
    { "PUT /tiff HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", METHOD_KNOWN,
      "/tiff", true, true, false },
    { "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
      METHOD_KNOWN, "/", true, true, false },
    { "BREW /tiff HTTP/1.1\r\n" H "\r\n", METHOD_UNKNOWN, "/tiff", true, false, false },
    { "get /tiff HTTP/1.1\r\n" H "\r\n", METHOD_UNKNOWN, "/tiff", true, false, false },
    { "PROPFIND /tiff HTTP/1.1\r\n" H "\r\n", METHOD_UNKNOWN, "/tiff", true, false, false },
    { "SOURCE /tiff HTTP/1.1\r\n" H "\r\n", METHOD_UNKNOWN, "/tiff", true, false, false },
    { "!#$%&'*+-.^_`|~ /tiff HTTP/1.1\r\n" H "\r\n", METHOD_UNKNOWN, "/tiff", true, false,
      false },
    { "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", METHOD_CONNECT, "", false, false, false },

    /* persistence */
    { "GET / HTTP/1.0\r\n\r\n", METHOD_GET, "/", false, false, false },
    { "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", METHOD_GET, "/", true, false, false },
    { "GET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n", METHOD_GET, "/", true, false,
      false },
    { "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: CLOSE\r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: ,close\r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: foo,\tclose \r\n\r\n", METHOD_GET, "/", false, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: foo\r\nconnection: close\r\n\r\n", METHOD_GET, "/",
      false, false, false },
    { "GET / HTTP/1.1\r\n" H "Connection: close\r\nConnection: keep-alive\r\n\r\n", METHOD_GET,
      "/", false, false, false },
    { "GET / HTTP/1.1\r\n" H "Connection: closed, xclose\r\n\r\n", METHOD_GET, "/", true, false,
      false },
    { "GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\n",
      METHOD_GET, "/", true, false, false },
};

static void
test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;
        enum refusal refusal = http_request(&request, rows[i].text);

        if (refusal != REFUSAL_NONE)
            fail_msg("%s%s", rows[i].text, refusal_info(refusal)->name);
        if (request.method != rows[i].method || request.keep_alive != rows[i].keep_alive ||
            request.content != rows[i].content ||
            request.options_asterisk != rows[i].asterisk ||
            !span_equal(request.path, span_of(rows[i].path)))
            fail_msg("%s", rows[i].text);
    }
}

static void
test_headers(void **state)
{
    struct request request;
    struct span value;

    (void)state;
    http_request_with(&request, "GET",
                      "If-None-Match: \"a\" \t\r\nX: y\r\nrange:  bytes=0-1\r\n"
                      "IF-NONE-MATCH:\"b\"\r\nIf-Match:\r\nConnection: x\r\n");
    assert_int_equal(request.header_count, 4);
    assert_true(span_equal(request.headers[0].value, SPAN("\"a\"")));
    assert_int_equal(request.headers[1].header, HEADER_RANGE);
    assert_int_equal(request.headers[2].header, HEADER_IF_NONE_MATCH);
    assert_true(request_has(&request, HEADER_IF_MATCH));
    assert_false(request_has(&request, HEADER_IF_RANGE));
    assert_true(request_sole(&request, HEADER_RANGE, &value));
    assert_true(span_equal(value, SPAN("bytes=0-1")));
    assert_true(request_sole(&request, HEADER_IF_MATCH, &value));
    assert_true(span_equal(value, SPAN("")));
    assert_false(request_sole(&request, HEADER_IF_NONE_MATCH, &value));
    assert_false(request_sole(&request, HEADER_IF_RANGE, &value));
}

static enum refusal
with_conditions(size_t count)
{
    struct request request;
    char text[4096];
    size_t length = (size_t)sprintf(text, "GET / HTTP/1.1\r\n" H);

    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "If-Match: \"%zu\"\r\n", i);
    sprintf(text + length, "\r\n");
    return http_request(&request, text);
}

static void
test_too_many_conditions(void **state)
{
    (void)state;
    assert_int_equal(with_conditions(REQUEST_HEADERS_MAX), REFUSAL_NONE);
    assert_int_equal(with_conditions(REQUEST_HEADERS_MAX + 1), REFUSAL_CONDITIONS);
    assert_int_equal(refusal_info(REFUSAL_CONDITIONS)->status, 431);
}

/* Heads that only look checked: the second reader finds other fields, another target, or no
 * end. */
static void
test_readers_disagree(void **state)
{
    static const char text[] = "GET /tiff HTTP/1.1\r\nHost: a\r\n\r\n";
    static const struct head_limits limits = { .size = 8192, .target = 1024, .fields = 100 };
    struct request request;
    struct head good = { 0 };
    struct head bad;
    char scratch[64];

    (void)state;
    assert_int_equal(http_request(&request,
                                  "GET / HTTP/1.1\r\n" H "Content-Length: 0\t\r\n\r\n"),
                     REFUSAL_PARSER);
    assert_int_equal(head_read(&good, text, sizeof(text) - 1, &limits), REFUSAL_NONE);
    assert_int_equal(request_parse(&request, &good, text, scratch), REFUSAL_NONE);
    bad = good;
    bad.fields++;
    assert_int_equal(request_parse(&request, &bad, text, scratch), REFUSAL_PARSER);
    bad = good;
    bad.target_length--;
    assert_int_equal(request_parse(&request, &bad, text, scratch), REFUSAL_PARSER);
    bad = good;
    bad.length -= 2;
    assert_int_equal(request_parse(&request, &bad, text, scratch), REFUSAL_PARSER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_too_many_conditions),
        cmocka_unit_test(test_readers_disagree),
    };

    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
