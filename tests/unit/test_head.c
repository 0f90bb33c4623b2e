/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of http/head: one row a refusal, limits on both sides, and heads that come in drips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "http/head.h"

#define H    "Host: a\r\n"
#define GET  "GET / HTTP/1.1\r\n" H
#define POST "POST / HTTP/1.1\r\n" H
#define OLD  "GET / HTTP/1.0\r\n"

static const struct head_limits limits = { .size = 512, .target = 64, .fields = 8 };

struct row {
    const char *text;
    enum refusal refusal;
    size_t length; /* of the text; 0: up to its NUL */
};

static size_t
length_of(const struct row *row)
{
    return row->length ? row->length : strlen(row->text);
}

static enum refusal
read_whole(const char *text, size_t length, const struct head_limits *with, struct head *head)
{
    *head = (struct head){ 0 };
    return head_read(head, text, length, with);
}

/* One octet more each time, in a buffer of just that size, so that a read too far is seen. */
static enum refusal
read_drip(const char *text, size_t length, const struct head_limits *with, struct head *head)
{
    enum refusal refusal = REFUSAL_NONE;

    *head = (struct head){ 0 };
    for (size_t n = 1; n <= length && refusal == REFUSAL_NONE && head->length == 0; n++) {
        char *copy = malloc(n);

        assert_non_null(copy);
        memcpy(copy, text, n);
        refusal = head_read(head, copy, n, with);
        free(copy);
    }
    return refusal;
}

static void
assert_row(const struct row *row, const struct head_limits *with)
{
    struct head whole;
    struct head drip;
    enum refusal at_once = read_whole(row->text, length_of(row), with, &whole);
    enum refusal in_drips = read_drip(row->text, length_of(row), with, &drip);

    if (at_once != row->refusal || in_drips != row->refusal)
        print_error("%s\nwanted %s, got %s and %s\n", row->text,
                    refusal_info(row->refusal)->name, refusal_info(at_once)->name,
                    refusal_info(in_drips)->name);
    assert_int_equal(at_once, row->refusal);
    assert_int_equal(in_drips, row->refusal);
    if (row->refusal == REFUSAL_NONE) {
        assert_int_equal(whole.length, length_of(row));
        assert_int_equal(drip.length, length_of(row));
    }
}

static const struct row refused[] = {
    /* lines */
    { "\r\n\r\n\r\n\r\n\r\n" GET "\r\n", REFUSAL_EMPTY_LINES, 0 },
    { "\n" GET "\r\n", REFUSAL_BARE_LF, 0 },
    { "GET / HTTP/1.1\nHost: a\r\n\r\n", REFUSAL_BARE_LF, 0 },
    { "GET / HTTP/1.1\n\n", REFUSAL_BARE_LF, 0 },
    { "GET / HTTP/1.1\r\nHost: a\n\r\n", REFUSAL_BARE_LF, 0 },
    { GET "\n", REFUSAL_BARE_LF, 0 },
    { GET "X: a\nY: b\r\n\r\n", REFUSAL_BARE_LF, 0 },
    { "GET / HTTP/1.1\rHost: a\r\n\r\n", REFUSAL_BARE_CR, 0 },
    { GET "X:\rEvil: 1\r\n\r\n", REFUSAL_BARE_CR, 0 },
    { GET "\rX", REFUSAL_BARE_CR, 0 },
    { GET "\r\r\n", REFUSAL_BARE_CR, 0 },
    { "\r\r\n" GET "\r\n", REFUSAL_BARE_CR, 0 },

    /* method */
    { " GET / HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD, 0 },
    { "\tGET / HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD, 0 },
    { "G(T / HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD, 0 },
    { "GET\t/ HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD, 0 },
    { "G\xc3\xa9T / HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD, 0 },
    { "\x16\x03\x01", REFUSAL_METHOD, 0 },
    { "\0GET", REFUSAL_METHOD, 4 },
    { ":", REFUSAL_METHOD, 0 },
    { "\x80\n", REFUSAL_METHOD, 0 },
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n" H "\r\n", REFUSAL_METHOD_LENGTH, 0 },

    /* request line */
    { "GET /\r\n", REFUSAL_REQUEST_LINE, 0 },
    { "GET\r\n", REFUSAL_REQUEST_LINE, 0 },
    { "GET \r\n", REFUSAL_REQUEST_LINE, 0 },
    { "GET  / HTTP/1.1\r\n", REFUSAL_REQUEST_LINE, 0 },
    { "GET /  HTTP/1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/1.1 \r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / \r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / a HTTP/1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / Http/1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / http/1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HXYZ/1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP-1.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/1,1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/1.\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/1.10\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/01.1\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "SOURCE / ICE/1.0\r\n", REFUSAL_VERSION_SYNTAX, 0 },
    { "GET / HTTP/0.9\r\n", REFUSAL_VERSION, 0 },
    { "GET / HTTP/0.0\r\n", REFUSAL_VERSION, 0 },
    { "GET / HTTP/2.0\r\n", REFUSAL_VERSION, 0 },
    { "GET / HTTP/9.9\r\n", REFUSAL_VERSION, 0 },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSAL_VERSION, 0 },

    /* target; more of them in test_target */
    { "GET * HTTP/1.1\r\n", REFUSAL_TARGET_FORM, 0 },
    { "GET /a\tb HTTP/1.1\r\n", REFUSAL_TARGET_OCTET, 0 },
    { "GET /# HTTP/1.1\r\n", REFUSAL_TARGET_OCTET, 0 },
    { "GET /%zz HTTP/1.1\r\n", REFUSAL_TARGET_ESCAPE, 0 },
    { "GET /%00 HTTP/1.1\r\n", REFUSAL_TARGET_ESCAPE, 0 },
    { "GET ftp://a/ HTTP/1.1\r\n", REFUSAL_TARGET_SCHEME, 0 },
    { "GET http:/// HTTP/1.1\r\n", REFUSAL_TARGET_AUTHORITY, 0 },

    /* field lines */
    { "GET / HTTP/1.1\r\n Host: a\r\n\r\n", REFUSAL_FIELD_FOLD, 0 },
    { GET "X: a\r\n b\r\n\r\n", REFUSAL_FIELD_FOLD, 0 },
    { GET "X: a\r\n\tb\r\n\r\n", REFUSAL_FIELD_FOLD, 0 },
    { GET " \r\n\r\n", REFUSAL_FIELD_FOLD, 0 },
    { GET "X : a\r\n\r\n", REFUSAL_FIELD_SPACE, 0 },
    { GET "X\t: a\r\n\r\n", REFUSAL_FIELD_SPACE, 0 },
    { GET "X Y: a\r\n\r\n", REFUSAL_FIELD_SPACE, 0 },
    { GET "X\r\n\r\n", REFUSAL_FIELD_COLON, 0 },
    { GET ": a\r\n\r\n", REFUSAL_FIELD_NAME, 0 },
    { GET "X(Y: a\r\n\r\n", REFUSAL_FIELD_NAME, 0 },
    { GET "X\xe9: a\r\n\r\n", REFUSAL_FIELD_NAME, 0 },
    { GET "X: a\x01\r\n\r\n", REFUSAL_FIELD_VALUE, 0 },
    { GET "X:\x1b\r\n\r\n", REFUSAL_FIELD_VALUE, 0 },
    { GET "X: a\x7f\r\n\r\n", REFUSAL_FIELD_VALUE, 0 },
    { GET "X: a\0b\r\n\r\n", REFUSAL_FIELD_VALUE, sizeof(GET "X: a\0b\r\n\r\n") - 1 },

    /* Host */
    { "GET / HTTP/1.1\r\n\r\n", REFUSAL_HOST_MISSING, 0 },
    { "GET http://a/ HTTP/1.1\r\n\r\n", REFUSAL_HOST_MISSING, 0 },
    { "OPTIONS * HTTP/1.1\r\n\r\n", REFUSAL_HOST_MISSING, 0 },
    { GET "host: a\r\n\r\n", REFUSAL_HOST_REPEATED, 0 },
    { OLD H "HOST: a\r\n\r\n", REFUSAL_HOST_REPEATED, 0 },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", REFUSAL_HOST_INVALID, 0 },
    { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", REFUSAL_HOST_INVALID, 0 },
    { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", REFUSAL_HOST_INVALID, 0 },
    { "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", REFUSAL_HOST_INVALID, 0 },
    { "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", REFUSAL_HOST_INVALID, 0 },
    { OLD "Host: [::1\r\n\r\n", REFUSAL_HOST_INVALID, 0 },

    /* framing */
    { POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", REFUSAL_LENGTH_REPEATED, 0 },
    { POST "Content-Length: 5, 5\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: +5\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: -1\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length:\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: 0x5\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: 5 5\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: 9223372036854775808\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: 18446744073709551617\r\n\r\n", REFUSAL_LENGTH_INVALID, 0 },
    { POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSAL_CODING_LENGTH,
      0 },
    { POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", REFUSAL_CODING_LENGTH,
      0 },
    { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSAL_CODING_VERSION, 0 },
    { POST "Transfer-Encoding: gzip\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding:\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: chunked, chunked\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: chunked, gzip\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: xchunked\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n",
      REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: chunked;q=1\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { POST "Transfer-Encoding: \"chunked\"\r\n\r\n", REFUSAL_CODING_INVALID, 0 },
    { GET "Content-Length: 5\r\n\r\n", REFUSAL_CONTENT, 0 },
    { GET "Transfer-Encoding: chunked\r\n\r\n", REFUSAL_CONTENT, 0 },
    { "HEAD / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n", REFUSAL_CONTENT, 0 },
    { "OPTIONS / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n", REFUSAL_CONTENT, 0 },
};

static const struct row accepted[] = {
    { GET "\r\n", REFUSAL_NONE, 0 },
    { "\r\n" GET "\r\n", REFUSAL_NONE, 0 },
    { "\r\n\r\n\r\n\r\n" GET "\r\n", REFUSAL_NONE, 0 },
    { OLD "\r\n", REFUSAL_NONE, 0 },
    { OLD H "\r\n", REFUSAL_NONE, 0 },
    { "GET / HTTP/1.2\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "GET / HTTP/1.9\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "HEAD /a?b HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "OPTIONS * HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "get / HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "!#$%&'*+-.^_`|~ / HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "GET http://b:80/x?y HTTP/1.1\r\n" H "\r\n", REFUSAL_NONE, 0 },
    { "GET / HTTP/1.1\r\nhOST:a:8080\t \r\n\r\n", REFUSAL_NONE, 0 },
    { "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", REFUSAL_NONE, 0 },
    { GET "X:\r\n\r\n", REFUSAL_NONE, 0 },
    { GET "X: \t a\tb \xff\x80~!\r\n\r\n", REFUSAL_NONE, 0 },
    { GET "Content-Length: 0\r\n\r\n", REFUSAL_NONE, 0 },
    { GET "Content-Length: 000\r\n\r\n", REFUSAL_NONE, 0 },
    { POST "Content-Length: 4294967296\r\n\r\n", REFUSAL_NONE, 0 },
    { POST "Content-Length: 9223372036854775807\r\n\r\n", REFUSAL_NONE, 0 },
    { POST "Transfer-Encoding: CHUNKED\r\n\r\n", REFUSAL_NONE, 0 },
    { POST "Transfer-Encoding: gzip;a=b, , chunked\r\n\r\n", REFUSAL_NONE, 0 },
    { POST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSAL_NONE, 0 },
};

static void
test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_row(&refused[i], &limits);
}

static void
test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++)
        assert_row(&accepted[i], &limits);
}

/* Every refusal of the strict pass has a row here or in test_limits(). */
static void
test_every_refusal_has_a_row(void **state)
{
    bool seen[REFUSAL_COUNT] = { [REFUSAL_NONE] = true,          [REFUSAL_HEAD_SIZE] = true,
                                 [REFUSAL_TARGET_LENGTH] = true, [REFUSAL_FIELD_COUNT] = true,
                                 [REFUSAL_PARSER] = true,        [REFUSAL_CONDITIONS] = true };

    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        seen[refused[i].refusal] = true;
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        assert_true(seen[i]);
}

static void
test_every_refusal_is_described(void **state)
{
    (void)state;
    for (size_t i = 1; i < REFUSAL_COUNT; i++) {
        const struct refusal_info *info = refusal_info((enum refusal)i);

        assert_non_null(info->name);
        assert_true(info->name[0] && info->text[0]);
        assert_in_range(info->status, 400, 599);
    }
    assert_int_equal(refusal_info(REFUSAL_VERSION)->status, 505);
    assert_int_equal(refusal_info(REFUSAL_TARGET_LENGTH)->status, 414);
    assert_int_equal(refusal_info(REFUSAL_FIELD_COUNT)->status, 431);
    assert_int_equal(refusal_info(REFUSAL_METHOD_LENGTH)->status, 501);
}

/* A head with so long a target, so many fields besides Host, and a last field so long. */
static char *
build(int target, int fields, int padding)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fprintf(out, "GET /%0*d HTTP/1.1\r\n" H, target - 1, 0);
    for (int i = 0; i < fields; i++)
        fprintf(out, "X%d: y\r\n", i);
    if (padding)
        fprintf(out, "P: %0*d\r\n", padding, 0);
    fprintf(out, "\r\n");
    fclose(out);
    return text;
}

static void
assert_built(int target, int fields, int padding, enum refusal refusal)
{
    char *text = build(target, fields, padding);

    assert_row(&(struct row){ text, refusal, 0 }, &limits);
    free(text);
}

static void
test_limits(void **state)
{
    int rest = (int)strlen("GET /0 HTTP/1.1\r\n" H "P: \r\n\r\n");

    (void)state;
    assert_built(64, 0, 0, REFUSAL_NONE);
    assert_built(65, 0, 0, REFUSAL_TARGET_LENGTH);
    assert_built(400, 0, 0, REFUSAL_TARGET_LENGTH);
    assert_built(5000, 0, 0, REFUSAL_TARGET_LENGTH);
    assert_built(2, 7, 0, REFUSAL_NONE);
    assert_built(2, 8, 0, REFUSAL_FIELD_COUNT);
    assert_built(2, 0, 512 - rest, REFUSAL_NONE);
    assert_built(2, 0, 512 - rest + 1, REFUSAL_HEAD_SIZE);
    assert_built(2, 0, 5000, REFUSAL_HEAD_SIZE);
}

/* A request line that is too long is judged where the longest good one would end, however it
 * ends, and in however many pieces it comes. */
static void
test_long_request_lines(void **state)
{
    static const char *const ends[] = { "", "\n", "\r", "\r\n", "\r\r", " HTTP/1.1\r\n" };
    const size_t longest = HEAD_METHOD_MAX + 1 + limits.target + 1 + strlen("HTTP/1.1");
    char text[256];

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        memset(text, 'A', sizeof(text));
        snprintf(text + longest + 1, sizeof(text) - longest - 1, "%s", ends[i]);
        assert_row(&(struct row){ text, REFUSAL_METHOD_LENGTH, 0 }, &limits);
        memcpy(text, "GET /", 5);
        assert_row(&(struct row){ text, REFUSAL_TARGET_LENGTH, 0 }, &limits);
    }
}

/* What comes after the end of a head is not looked at. */
static void
test_stops_at_the_end(void **state)
{
    static const char text[] = GET "\r\n\n\x01 garbage";
    struct head head;

    (void)state;
    assert_int_equal(read_whole(text, sizeof(text) - 1, &limits, &head), REFUSAL_NONE);
    assert_int_equal(head.length, strlen(GET) + 2);
    assert_int_equal(read_whole(text, strlen(GET) + 1, &limits, &head), REFUSAL_NONE);
    assert_int_equal(head.length, 0);
    assert_int_equal(read_whole("", 0, &limits, &head), REFUSAL_NONE);
    assert_int_equal(head.length, 0);
}

/* A request line is judged when it ends, and the first octet at once. */
static void
test_refuses_early(void **state)
{
    struct head head;

    (void)state;
    assert_int_equal(read_whole("GET / HTTP/3.0\r", 15, &limits, &head), REFUSAL_NONE);
    assert_int_equal(head_read(&head, "GET / HTTP/3.0\r\n", 16, &limits), REFUSAL_VERSION);
    assert_int_equal(read_whole("\x80", 1, &limits, &head), REFUSAL_METHOD);
    assert_int_equal(head.first_field, 0);
}

static void
test_result(void **state)
{
    static const char text[] = "\r\n\r\nPUT /ab HTTP/1.0\r\nA: b\r\nContent-Length: 7\r\n\r\n";
    struct head head;

    (void)state;
    assert_int_equal(read_whole(text, sizeof(text) - 1, &limits, &head), REFUSAL_NONE);
    assert_int_equal(head.target, 8);
    assert_int_equal(head.target_length, 3);
    assert_int_equal(head.empty_lines, 2);
    assert_int_equal(head.fields, 2);
    assert_int_equal(head.method, METHOD_KNOWN);
    assert_int_equal(head.minor, 0);
    assert_int_equal(head.framing.length, 7);
    assert_true(framing_announces_content(&head.framing));
    assert_memory_equal(text + head.first_field, "A: b", 4);
}

/* Each octet is looked at a bounded number of times: 64 KiB in drips is done in no time. */
static void
test_long_drip(void **state)
{
    struct head_limits wide = { .size = 65536, .target = 8192, .fields = 8 };
    char *text = build(8000, 0, 57000);
    size_t length = strlen(text);
    struct head head = { 0 };

    (void)state;
    for (size_t n = 1; n <= length; n++) {
        assert_int_equal(head_read(&head, text, n, &wide), REFUSAL_NONE);
        assert_true(n == length || n - head.scanned <= 1);
    }
    assert_int_equal(head.length, length);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_every_refusal_has_a_row),
        cmocka_unit_test(test_every_refusal_is_described),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_request_lines),
        cmocka_unit_test(test_stops_at_the_end),
        cmocka_unit_test(test_refuses_early),
        cmocka_unit_test(test_result),
        cmocka_unit_test(test_long_drip),
    };

    return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
