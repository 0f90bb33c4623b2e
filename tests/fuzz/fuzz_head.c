/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heads: read whole, in two pieces at every place, and octet by octet, each gives the same
 * result. A head that the strict pass accepts is taken apart here once more, the plain way, and
 * by http-parser: all three must find the same.
 */
#include "fuzz.h"

#include <http_parser.h>
#include <string.h>

#include "http/head.h"
#include "http/octet.h"
#include "http/request.h"

enum { EVERY_SPLIT = 128 }; /* octets up to which all places are tried */

static const struct head_limits sets_of_limits[] = {
    { .size = 8192, .target = 1024, .fields = 100 },
    { .size = 128, .target = 24, .fields = 4 },
};

struct result {
    enum refusal refusal;
    struct head head;
};

/* Goes on with a head, of which so many octets are there: a read behind them is seen. */
static void
feed(struct result *result, const uint8_t *data, size_t length,
     const struct head_limits *limits)
{
    char *copy;

    if (result->refusal != REFUSAL_NONE || result->head.length != 0)
        return;
    copy = fuzz_copy(data, length);
    result->refusal = head_read(&result->head, copy, length, limits);
    free(copy);
}

static void
check_same(const struct result *a, const struct result *b)
{
    FUZZ_CHECK(a->refusal == b->refusal);
    FUZZ_CHECK(a->head.length == b->head.length);
    FUZZ_CHECK(a->head.method == b->head.method);
    if (a->head.length == 0)
        return;
    FUZZ_CHECK(a->head.target == b->head.target);
    FUZZ_CHECK(a->head.target_length == b->head.target_length);
    FUZZ_CHECK(a->head.fields == b->head.fields);
    FUZZ_CHECK(a->head.framing.length == b->head.framing.length);
}

static void
check_splits(const struct result *whole, const uint8_t *data, size_t size,
             const struct head_limits *limits)
{
    const size_t step = size <= EVERY_SPLIT ? 1 : size / 32;
    struct result drip = { 0 };

    for (size_t at = 1; at < size; at += step) {
        struct result result = { 0 };

        feed(&result, data, at, limits);
        feed(&result, data, size, limits);
        check_same(whole, &result);
        feed(&drip, data, at, limits);
    }
    feed(&drip, data, size, limits);
    check_same(whole, &drip);
}

/* --- an accepted head, read the plain way --------------------------------------------------
 */

struct plain {
    struct span method;
    struct span target;
    unsigned fields;
    unsigned kept;
    struct span values[REQUEST_HEADERS_MAX];
    bool close;
    bool tab_after_length; /* which http-parser does not take, see request.c */
};

static struct span
plain_line(struct span *rest)
{
    const char *end = memmem(rest->at, rest->length, "\r\n", 2);
    struct span line = { rest->at, (size_t)(end - rest->at) };

    FUZZ_CHECK(end != NULL);
    *rest = (struct span){ end + 2, rest->length - line.length - 2 };
    return line;
}

static bool
is_kept(struct span name)
{
    static const char *const names[] = {
        "expect",
        "range",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "if-range",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (span_equal_nocase(name, span_of(names[i])))
            return true;
    return false;
}

static void
plain_field(struct plain *plain, struct span line)
{
    struct span value = line;
    struct span name = span_cut(&value, ':');
    struct span trimmed = span_trim(value);

    FUZZ_CHECK(name.length > 0 && value.at != NULL && octet_all(name, OCTET_TOKEN));
    plain->fields++;
    if (span_equal_nocase(name, SPAN("content-length")) &&
        memchr(trimmed.at + trimmed.length, '\t',
               (size_t)(value.at + value.length - trimmed.at) - trimmed.length))
        plain->tab_after_length = true;
    if (is_kept(name) && plain->kept++ < REQUEST_HEADERS_MAX)
        plain->values[plain->kept - 1] = trimmed;
    if (!span_equal_nocase(name, SPAN("connection")))
        return;
    while (value.at != NULL)
        plain->close |= span_equal_nocase(span_trim(span_cut(&value, ',')), SPAN("close"));
}

static struct plain
read_plainly(const char *bytes, size_t length)
{
    struct plain plain = { 0 };
    struct span rest = { bytes, length };
    struct span line = plain_line(&rest);

    while (line.length == 0)
        line = plain_line(&rest);
    plain.method = span_cut(&line, ' ');
    plain.target = span_cut(&line, ' ');
    while ((line = plain_line(&rest)).length > 0)
        plain_field(&plain, line);
    FUZZ_CHECK(rest.length == 0);
    return plain;
}

/* --- what http-parser makes of it -----------------------------------------------------------
 */

struct seen {
    unsigned fields;
    struct span target;
    uint64_t length;
    bool chunked;
    bool complete;
};

static int
saw_target(http_parser *parser, const char *at, size_t length)
{
    struct seen *seen = parser->data;

    seen->target = (struct span){ at, length };
    return 0;
}

static int
saw_field(http_parser *parser, const char *at, size_t length)
{
    struct seen *seen = parser->data;

    (void)at;
    (void)length;
    seen->fields++;
    return 0;
}

static int
saw_end(http_parser *parser)
{
    struct seen *seen = parser->data;

    seen->complete = true;
    seen->chunked = (parser->flags & F_CHUNKED) != 0;
    seen->length = parser->flags & F_CONTENTLENGTH ? parser->content_length : 0;
    return 0;
}

/* Only of methods that it knows by the same name, and of those it takes targets of all forms.
 */
static void
check_parser(const struct head *head, const char *bytes, const struct plain *plain)
{
    static const http_parser_settings callbacks = { .on_url = saw_target,
                                                    .on_header_field = saw_field,
                                                    .on_headers_complete = saw_end };
    struct seen seen = { 0 };
    http_parser parser;

    if (!method_allowed(head->method) || plain->tab_after_length)
        return;
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &seen;
    http_parser_execute(&parser, &callbacks, bytes, head->length);
    FUZZ_CHECK(seen.complete);
    FUZZ_CHECK(seen.fields == head->fields);
    FUZZ_CHECK(seen.target.at == bytes + head->target);
    FUZZ_CHECK(seen.target.length == head->target_length);
    FUZZ_CHECK(seen.chunked == head->framing.chunked);
    FUZZ_CHECK(seen.length == head->framing.length);
}

/* --- the request ----------------------------------------------------------------------------
 */

static void
check_path(const struct request *request)
{
    const struct span path = request->path;

    if (path.length == 0)
        return;
    FUZZ_CHECK(path.at[0] == '/');
    FUZZ_CHECK(memmem(path.at, path.length, "/../", 4) == NULL);
    FUZZ_CHECK(memmem(path.at, path.length, "/./", 3) == NULL);
    FUZZ_CHECK(path.length < 3 || memcmp(path.at + path.length - 3, "/..", 3) != 0);
    FUZZ_CHECK(path.length < 2 || memcmp(path.at + path.length - 2, "/.", 2) != 0);
}

static void
check_request(const struct request *request, const struct head *head, const struct plain *plain)
{
    FUZZ_CHECK(request->method == head->method);
    FUZZ_CHECK(request->header_count == plain->kept);
    for (size_t i = 0; i < request->header_count; i++)
        FUZZ_CHECK(span_equal(request->headers[i].value, plain->values[i]));
    FUZZ_CHECK(!plain->close || !request->keep_alive);
    FUZZ_CHECK(!request->content || !method_allowed(request->method));
    check_path(request);
}

static void
check_accepted(const struct result *whole, const uint8_t *data, size_t size)
{
    const struct head *head = &whole->head;
    char *bytes = fuzz_copy(data, size);
    char *scratch = malloc(head->target_length);
    struct plain plain = read_plainly(bytes, head->length);
    struct request request;
    enum refusal refusal = request_parse(&request, head, bytes, scratch);

    FUZZ_CHECK(plain.fields == head->fields);
    FUZZ_CHECK(plain.target.at == bytes + head->target);
    FUZZ_CHECK(plain.target.length == head->target_length);
    check_parser(head, bytes, &plain);
    if (refusal == REFUSAL_NONE)
        check_request(&request, head, &plain);
    else if (refusal == REFUSAL_CONDITIONS)
        FUZZ_CHECK(plain.kept > REQUEST_HEADERS_MAX);
    else
        FUZZ_CHECK(refusal == REFUSAL_PARSER && plain.tab_after_length);
    free(scratch);
    free(bytes);
}

/* The last octet chooses the limits, so that a seed can be read as it is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct head_limits *limits = &sets_of_limits[size > 0 && data[size - 1] == '#'];
    struct result whole = { 0 };

    feed(&whole, data, size, limits);
    check_splits(&whole, data, size, limits);
    if (whole.refusal == REFUSAL_NONE && whole.head.length != 0)
        check_accepted(&whole, data, size);
    return 0;
}
