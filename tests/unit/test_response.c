/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/response: the order of the decisions, one row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "http/response.h"
#include "http_request.h"

#define NOW  1767225600
#define H    "Host: a\r\n"
#define LINE " /tiff HTTP/1.1\r\n" H

static const struct representation object = { .length = 100,
                                              .last_modified = 784111777,
                                              .etag = { "\"a\"", 3 } };

enum { KEEP = 0, CLOSE = 1, NO_BODY = 0, BODY = 2, MISSING = 4 };

static const struct {
    const char *text;
    unsigned status;
    unsigned flags;
    size_t ranges;
} rows[] = {
    { "GET" LINE "\r\n", 200, BODY, 0 },
    { "HEAD" LINE "\r\n", 200, NO_BODY, 0 },
    { "GET" LINE "Connection: close\r\n\r\n", 200, BODY | CLOSE, 0 },
    { "GET /tiff HTTP/1.0\r\n\r\n", 200, BODY | CLOSE, 0 },
    { "GET /tiff HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, BODY | KEEP, 0 },
    { "GET" LINE "\r\n", 404, MISSING, 0 },
    { "HEAD" LINE "\r\n", 404, MISSING, 0 },

    /* methods come first */
    { "POST" LINE "\r\n", 405, KEEP, 0 },
    { "POST" LINE "\r\n", 405, MISSING, 0 },
    { "POST" LINE "Content-Length: 0\r\n\r\n", 405, KEEP, 0 },
    { "POST" LINE "Content-Length: 1\r\n\r\n", 405, CLOSE, 0 },
    { "PUT" LINE "Transfer-Encoding: chunked\r\n\r\n", 405, CLOSE, 0 },
    { "POST" LINE "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", 405, CLOSE, 0 },
    { "POST" LINE "Expect: x\r\n\r\n", 405, KEEP, 0 },
    { "TRACE" LINE "\r\n", 405, KEEP, 0 },
    { "CONNECT a:1 HTTP/1.1\r\n" H "\r\n", 405, MISSING | CLOSE, 0 },
    { "BREW" LINE "\r\n", 501, KEEP, 0 },
    { "BREW" LINE "Content-Length: 1\r\n\r\n", 501, CLOSE, 0 },
    { "get" LINE "\r\n", 501, MISSING, 0 },

    { "OPTIONS" LINE "\r\n", 204, NO_BODY, 0 },
    { "OPTIONS" LINE "\r\n", 404, MISSING, 0 },
    { "OPTIONS * HTTP/1.1\r\n" H "\r\n", 204, MISSING, 0 },
    { "OPTIONS" LINE "If-None-Match: *\r\nRange: bytes=0-1\r\n\r\n", 204, NO_BODY, 0 },

    /* Expect */
    { "GET" LINE "Expect: 100-continue\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Expect: 100-Continue, ,100-continue\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Expect:\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Expect: x\r\n\r\n", 417, NO_BODY, 0 },
    { "GET" LINE "Expect: x\r\n\r\n", 417, MISSING, 0 },
    { "HEAD" LINE "Expect: 100-continue, x\r\n\r\n", 417, NO_BODY, 0 },
    { "GET" LINE "Expect: 100-continue\r\nExpect: x=y\r\n\r\n", 417, NO_BODY, 0 },
    { "GET /tiff HTTP/1.0\r\nExpect: x\r\n\r\n", 200, BODY | CLOSE, 0 },

    /* conditions */
    { "GET" LINE "If-None-Match: \"a\"\r\n\r\n", 304, NO_BODY, 0 },
    { "HEAD" LINE "If-None-Match: \"a\"\r\n\r\n", 304, NO_BODY, 0 },
    { "GET" LINE "If-None-Match: \"b\"\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "If-Match: \"b\"\r\n\r\n", 412, NO_BODY, 0 },
    { "GET" LINE "If-Match: \"b\"\r\n\r\n", 404, MISSING, 0 },
    { "GET" LINE "If-None-Match: \"a\"\r\nRange: bytes=0-1\r\n\r\n", 304, NO_BODY, 0 },
    { "GET" LINE "If-None-Match: \"a\"\r\nRange: bytes=500-\r\n\r\n", 304, NO_BODY, 0 },
    { "GET" LINE "If-Match: \"b\"\r\nRange: bytes=0-1\r\n\r\n", 412, NO_BODY, 0 },
    { "GET" LINE "If-Match: \"a\"\r\nRange: bytes=0-1\r\n\r\n", 206, BODY, 1 },

    /* ranges */
    { "GET" LINE "Range: bytes=0-1\r\n\r\n", 206, BODY, 1 },
    { "GET" LINE "Range: bytes=0-1,5-\r\n\r\n", 206, BODY, 2 },
    { "GET" LINE "Range: bytes=100-\r\n\r\n", 416, NO_BODY, 0 },
    { "GET" LINE "Range: bytes=100-\r\n\r\n", 404, MISSING, 0 },
    { "GET" LINE "Range: bytes=5-2\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Range: bytes=0-1,5-2\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Range: lines=0-1\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "Range: bytes=0-0,1-1,2-2\r\n\r\n", 206, BODY, 3 },
    { "GET" LINE "Range: bytes=0-0,1-1,2-2,3-3\r\n\r\n", 200, BODY, 0 }, /* the cap is 3 */
    { "GET" LINE "Range: bytes=0-1\r\nRange: bytes=0-1\r\n\r\n", 200, BODY, 0 },
    { "HEAD" LINE "Range: bytes=0-1\r\n\r\n", 200, NO_BODY, 0 },
    { "HEAD" LINE "Range: bytes=100-\r\n\r\n", 200, NO_BODY, 0 },
    { "GET" LINE "If-Range: \"a\"\r\nRange: bytes=0-1\r\n\r\n", 206, BODY, 1 },
    { "GET" LINE "If-Range: \"b\"\r\nRange: bytes=0-1\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "If-Range: \"b\"\r\nRange: bytes=100-\r\n\r\n", 200, BODY, 0 },
    { "GET" LINE "If-Range: \"a\"\r\nRange: bytes=100-\r\n\r\n", 416, NO_BODY, 0 },
    { "GET" LINE "If-Range: \"b\"\r\n\r\n", 200, BODY, 0 },
    { "GET /tiff HTTP/1.0\r\nRange: bytes=-1\r\n\r\n", 206, BODY | CLOSE, 1 },
};

static void
test_decide(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request;
        struct response response;

        assert_int_equal(http_request(&request, rows[i].text), REFUSAL_NONE);
        response_decide(&request, rows[i].flags & MISSING ? NULL : &object, 3, NOW, &response);
        if (response.status != rows[i].status || response.range_count != rows[i].ranges ||
            response.body != (rows[i].flags & BODY) >> 1 ||
            response.close != (rows[i].flags & CLOSE) ||
            response.head_only != (request.method == METHOD_HEAD) ||
            response.minor != request.minor)
            fail_msg("%s%u, %zu ranges, body %d, close %d", rows[i].text, response.status,
                     response.range_count, response.body, response.close);
    }
}

/* No setting makes it write past its array. */
static void
test_cap(void **state)
{
    struct request request;
    struct response response;

    (void)state;
    http_request_with(&request, "GET", "Range: bytes=0-0,1-1\r\n");
    response_decide(&request, &object, 1, NOW, &response);
    assert_int_equal(response.status, 200);
    response_decide(&request, &object, 0, NOW, &response);
    assert_int_equal(response.status, 200);
    response_decide(&request, &object, SIZE_MAX, NOW, &response);
    assert_int_equal(response.status, 206);
    assert_int_equal(response.ranges[1].first, 1);
}

static void
test_failure(void **state)
{
    struct request request;
    struct response response;

    (void)state;
    http_request_with(&request, "HEAD", "Range: bytes=0-0\r\n");
    response_failure(&request, 500, &response);
    assert_int_equal(response.status, 500);
    assert_true(response.head_only);
    assert_false(response.body || response.close);
    assert_int_equal(response.range_count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_failure),
    };

    return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
