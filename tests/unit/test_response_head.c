/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/response_head, http/byteranges and http/emit: heads octet by octet, lengths
 * that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/count.h"
#include "http/byteranges.h"
#include "http/emit.h"
#include "http/response_head.h"
#include "http/status.h"

#define DATE   "Tue, 15 Nov 1994 08:12:31 GMT"
#define FIELDS "ETag: \"tag\"\r\n" LINES
#define LINES  "Accept-Ranges: bytes\r\n" COMMON
#define COMMON "X-A: b\r\n"

static const struct representation object = {
    .length = 10000,
    .etag = { "\"tag\"", 5 },
    .digest = { "abc=", 4 },
    .content_type = { "image/tiff", 10 },
    .fields = { LINES, sizeof(LINES) - 1 },
    .common = { COMMON, sizeof(COMMON) - 1 },
};

static const struct representation encoded = {
    .length = 100,
    .etag = { "\"tag\"", 5 },
    .digest = { "abc=", 4 },
    .coding = { "gzip", 4 },
    .varies = true,
    .content_type = { "text/css", 8 },
    .fields = { LINES, sizeof(LINES) - 1 },
    .common = { COMMON, sizeof(COMMON) - 1 },
};

static const struct {
    struct response response;
    const struct representation *representation;
    const char *head;
} rows[] = {
    { { .status = 200, .minor = 1 },
      &object,
      "HTTP/1.1 200 OK\r\nDate: " DATE
      "\r\nContent-Type: image/tiff\r\nContent-Length: 10000\r\n" FIELDS "\r\n" },
    { { .status = 200, .minor = 1, .head_only = true, .close = true },
      &object,
      "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nConnection: close\r\nContent-Type: image/tiff\r\n"
      "Content-Length: 10000\r\n" FIELDS "\r\n" },
    { { .status = 200, .minor = 0 },
      &object,
      "HTTP/1.1 200 OK\r\nDate: " DATE
      "\r\nConnection: keep-alive\r\nContent-Type: image/tiff\r\n"
      "Content-Length: 10000\r\n" FIELDS "\r\n" },
    { { .status = 200, .minor = 0, .close = true },
      &object,
      "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nConnection: close\r\nContent-Type: image/tiff\r\n"
      "Content-Length: 10000\r\n" FIELDS "\r\n" },
    { { .status = 206, .minor = 1, .range_count = 1, .ranges = { { 500, 999 } } },
      &object,
      "HTTP/1.1 206 Partial Content\r\nDate: " DATE "\r\nContent-Type: image/tiff\r\n"
      "Content-Range: bytes 500-999/10000\r\nContent-Length: 500\r\n" FIELDS "\r\n" },
    { { .status = 200, .minor = 1 },
      &encoded,
      "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nVary: Accept-Encoding\r\nContent-Type: text/css\r\n"
      "Content-Encoding: gzip\r\nContent-Length: 100\r\n" FIELDS "\r\n" },
    { { .status = 206, .minor = 1, .varies = true, .range_count = 1, .ranges = { { 5, 9 } } },
      &encoded,
      "HTTP/1.1 206 Partial Content\r\nDate: " DATE
      "\r\nVary: Origin, Accept-Encoding\r\nContent-Type: text/css\r\n"
      "Content-Encoding: gzip\r\nContent-Range: bytes 5-9/100\r\nContent-Length: 5\r\n" FIELDS
      "\r\n" },
    { { .status = 304, .minor = 1 },
      &encoded,
      "HTTP/1.1 304 Not Modified\r\nDate: " DATE "\r\nVary: Accept-Encoding\r\n" FIELDS
      "\r\n" },
    { { .status = 200, .minor = 1, .repr_digest = true, .digest = true },
      &object,
      "HTTP/1.1 200 OK\r\nDate: " DATE
      "\r\nContent-Type: image/tiff\r\nContent-Length: 10000\r\n"
      "Repr-Digest: sha-256=:abc=:\r\nDigest: sha-256=abc=\r\n" FIELDS "\r\n" },
    { { .status = 404, .minor = 1, .repr_digest = true, .digest = true },
      NULL,
      "HTTP/1.1 404 Not Found\r\nDate: " DATE "\r\nContent-Type: text/plain\r\n"
      "Content-Length: 14\r\n\r\n404 Not Found\n" },
    { { .status = 304, .minor = 1 },
      &object,
      "HTTP/1.1 304 Not Modified\r\nDate: " DATE "\r\n" FIELDS "\r\n" },
    { { .status = 204, .minor = 1 },
      &object,
      "HTTP/1.1 204 No Content\r\nDate: " DATE "\r\nAllow: GET, HEAD, OPTIONS\r\n" COMMON
      "\r\n" },
    { { .status = 204, .minor = 1, .close = true },
      NULL,
      "HTTP/1.1 204 No Content\r\nDate: " DATE "\r\nConnection: close\r\n"
      "Allow: GET, HEAD, OPTIONS\r\n\r\n" },
    { { .status = 404, .minor = 1 },
      NULL,
      "HTTP/1.1 404 Not Found\r\nDate: " DATE "\r\nContent-Type: text/plain\r\n"
      "Content-Length: 14\r\n\r\n404 Not Found\n" },
    { { .status = 404, .minor = 1, .head_only = true },
      NULL,
      "HTTP/1.1 404 Not Found\r\nDate: " DATE "\r\nContent-Type: text/plain\r\n"
      "Content-Length: 14\r\n\r\n" },
    { { .status = 503, .minor = 1, .retry_after = 5 },
      &object,
      "HTTP/1.1 503 Service Unavailable\r\nDate: " DATE "\r\nRetry-After: 5\r\n" COMMON
      "Content-Type: text/plain\r\nContent-Length: 24\r\n\r\n503 Service Unavailable\n" },
    { { .status = 405, .minor = 1 },
      &object,
      "HTTP/1.1 405 Method Not Allowed\r\nDate: " DATE
      "\r\nAllow: GET, HEAD, OPTIONS\r\n" COMMON
      "Content-Type: text/plain\r\nContent-Length: 23\r\n\r\n405 Method Not Allowed\n" },
    { { .status = 412, .minor = 1 },
      &object,
      "HTTP/1.1 412 Precondition Failed\r\nDate: " DATE "\r\n" COMMON
      "Content-Type: text/plain\r\n"
      "Content-Length: 24\r\n\r\n412 Precondition Failed\n" },
    { { .status = 416, .minor = 1 },
      &object,
      "HTTP/1.1 416 Range Not Satisfiable\r\nDate: " DATE
      "\r\nContent-Range: bytes */10000\r\n" COMMON
      "Content-Type: text/plain\r\nContent-Length: 26\r\n\r\n416 Range Not Satisfiable\n" },
    { { .status = 500, .minor = 1, .close = true },
      &object,
      "HTTP/1.1 500 Internal Server Error\r\nDate: " DATE "\r\nConnection: close\r\n" COMMON
      "Content-Type: text/plain\r\nContent-Length: 26\r\n\r\n500 Internal Server Error\n" },
};

static void
test_heads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t capacity = response_head_max(rows[i].representation);
        char *out = malloc(capacity);
        size_t length =
            response_head(out, capacity, &rows[i].response, rows[i].representation, DATE);

        if (length != strlen(rows[i].head) || memcmp(out, rows[i].head, length) != 0)
            fail_msg("wanted\n%sgot\n%.*s", rows[i].head, (int)length, out);
        free(out);
    }
}

/* The largest numbers and the longest boundary fit into what response_head_max() asks for. */
static void
test_head_max(void **state)
{
    static char tag[BYTERANGES_BOUNDARY_MAX + 2];
    struct representation large = object;
    struct response response = { .status = 206, .close = true, .range_count = 1 };
    size_t capacity;
    char *out;

    (void)state;
    large.length = UINT64_MAX;
    large.etag = (struct span){ memset(tag, '"', sizeof(tag)), sizeof(tag) };
    capacity = response_head_max(&large);
    out = malloc(capacity);
    response.ranges[0] = response.ranges[1] = (struct range){ UINT64_MAX - 2, UINT64_MAX - 1 };
    assert_in_range(response_head(out, capacity, &response, &large, DATE), 1, capacity);
    response.range_count = 2;
    assert_in_range(response_head(out, capacity, &response, &large, DATE), 1, capacity);
    free(out);
    capacity = byteranges_head_max(&large);
    out = malloc(capacity);
    assert_in_range(byteranges_part_head(out, &large, response.ranges[0]), 1, capacity);
    assert_in_range(byteranges_close(out, &large), 1, capacity);
    free(out);
}

static void
test_refusals(void **state)
{
    static const char head[] =
        "HTTP/1.1 400 Bad Request\r\nDate: " DATE "\r\nConnection: close\r\n"
        "Content-Type: text/plain\r\nContent-Length: 30\r\n\r\n";
    char out[RESPONSE_HEAD_MAX];
    char reason[RESPONSE_HEAD_MAX];
    size_t length;

    (void)state;
    length = response_head_refusal(out, sizeof(out), 400, "no good line", true, SPAN(""), DATE);
    assert_int_equal(length, strlen(head));
    assert_memory_equal(out, head, length);
    length =
        response_head_refusal(out, sizeof(out), 400, "no good line", false, SPAN(""), DATE);
    assert_int_equal(length, strlen(head) + 30);
    assert_memory_equal(out + strlen(head), "400 Bad Request: no good line\n", 30);
    length = response_head_refusal(out, sizeof(out), 408, NULL, false, SPAN(""), DATE);
    assert_memory_equal(out + length - 20, "408 Request Timeout\n", 20);
    memset(reason, 'x', sizeof(reason) - 1);
    reason[sizeof(reason) - 1] = '\0';
    length = response_head_refusal(out, sizeof(out), 431, reason, false, SPAN(""), DATE);
    assert_in_range(length, 1, sizeof(out));
}

/* Each refusal has a status that can be sent, and a text that is not cut. */
static void
test_every_refusal_can_be_sent(void **state)
{
    (void)state;
    for (enum refusal i = 1; i < REFUSAL_COUNT; i++) {
        const struct refusal_info *info = refusal_info(i);
        char out[RESPONSE_HEAD_MAX];
        size_t length = response_head_refusal(out, sizeof(out), info->status, info->text, false,
                                              SPAN(""), DATE);
        size_t text = strlen(info->text);

        assert_memory_equal(out + length - 1 - text, info->text, text);
    }
}

static void
test_multipart(void **state)
{
    static const struct range ranges[] = { { 0, 0 }, { 500, 999 }, { 9000, 9999 } };
    static const char first[] = "\r\n--tag\r\nContent-Type: image/tiff\r\n"
                                "Content-Range: bytes 0-0/10000\r\n\r\n";
    struct response response = { .status = 206, .minor = 1, .range_count = COUNT(ranges) };
    uint64_t total = 0;
    char wanted[64];
    char out[RESPONSE_HEAD_MAX + 128];
    size_t length;

    (void)state;
    for (size_t i = 0; i < COUNT(ranges); i++)
        total += byteranges_part_head(out, &object, ranges[i]) + range_length(ranges[i]);
    length = byteranges_close(out, &object);
    assert_int_equal(length, 11);
    assert_memory_equal(out, "\r\n--tag--\r\n", length);
    total += length;
    assert_int_equal(byteranges_length(&object, ranges, COUNT(ranges)), total);
    assert_int_equal(byteranges_part_head(out, &object, ranges[0]), sizeof(first) - 1);
    assert_memory_equal(out, first, sizeof(first) - 1);

    memcpy(response.ranges, ranges, sizeof(ranges));
    length = response_head(out, sizeof(out), &response, &object, DATE);
    out[length] = '\0';
    snprintf(wanted, sizeof(wanted), "\r\nContent-Length: %ju\r\n", (uintmax_t)total);
    assert_non_null(strstr(out, wanted));
    assert_non_null(strstr(out, "\r\nContent-Type: multipart/byteranges; boundary=tag\r\n"));
    assert_null(strstr(out, "Content-Range"));
}

static void
test_dates_and_digests(void **state)
{
    static const struct response response = { .status = 304, .minor = 1 };
    struct representation dated = object;
    char out[RESPONSE_HEAD_MAX + sizeof(FIELDS)];

    (void)state;
    dated.last_modified = 784111777;
    dated.always_digest = true;
    out[response_head(out, sizeof(out), &response, &dated, DATE)] = '\0';
    assert_string_equal(out, "HTTP/1.1 304 Not Modified\r\nDate: " DATE
                             "\r\nRepr-Digest: sha-256=:abc=:\r\nETag: \"tag\"\r\n"
                             "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n" LINES "\r\n");
}

static void
test_decimal(void **state)
{
    static const uint64_t numbers[] = { 0,   1,          9,          10,        99,
                                        100, 4294967295, 4294967296, INT64_MAX, UINT64_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char wanted[32];
        char out[EMIT_DECIMAL_MAX];
        int length = snprintf(wanted, sizeof(wanted), "%ju", (uintmax_t)numbers[i]);

        assert_int_equal(emit_decimal(out, numbers[i]) - out, length);
        assert_int_equal(emit_decimal_length(numbers[i]), length);
        assert_memory_equal(out, wanted, (size_t)length);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),     cmocka_unit_test(test_head_max),
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_every_refusal_can_be_sent),
        cmocka_unit_test(test_multipart), cmocka_unit_test(test_dates_and_digests),
        cmocka_unit_test(test_decimal),
    };

    return cmocka_run_group_tests_name("response_head", tests, NULL, NULL);
}
