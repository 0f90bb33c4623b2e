/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request: from a checked head to struct request. http-parser reads the head a second time, and
 * two readers that disagree about the target or the number of fields mean that the head is
 * ambiguous, which is refused (REFUSAL_PARSER).
 *
 * tiffd ignores its view of methods, persistence and framing: it knows other methods than RFC
 * 9110, stops at CONNECT and Upgrade, and misses "close" in some lists.
 *
 * Known weakness: it accepts no HTAB after the value of Content-Length, so such a head is
 * refused.
 */
#include "http/request.h"

#include <http_parser.h>

#include "http/target.h"

/* Fields that are kept; the others have been dealt with, or mean nothing here. */
#define KEPT                                                                                   \
    (1U << HEADER_EXPECT | 1U << HEADER_RANGE | 1U << HEADER_IF_MATCH |                        \
     1U << HEADER_IF_NONE_MATCH | 1U << HEADER_IF_MODIFIED_SINCE |                             \
     1U << HEADER_IF_UNMODIFIED_SINCE | 1U << HEADER_IF_RANGE | 1U << HEADER_ORIGIN |          \
     1U << HEADER_ACCEPT_ENCODING | 1U << HEADER_WANT_REPR_DIGEST | 1U << HEADER_WANT_DIGEST | \
     1U << HEADER_TRACEPARENT | 1U << HEADER_X_REQUEST_ID)

/* What http-parser's callbacks have seen so far. */
struct request_reading {
    struct request *request;
    struct span target;
    enum header header; /* of the value that comes next */
    unsigned fields;
    bool says_close;
    bool says_keep_alive;
    bool full; /* no space for another field */
    bool complete;
};

static int
on_url(http_parser *parser, const char *at, size_t length)
{
    struct request_reading *reading = parser->data;

    reading->target = (struct span){ at, length };
    return 0;
}

static int
on_header_field(http_parser *parser, const char *at, size_t length)
{
    struct request_reading *reading = parser->data;

    reading->header = header_lookup((struct span){ at, length });
    reading->fields++;
    return 0;
}

static void
read_connection(struct request_reading *reading, struct span list)
{
    struct span option;

    while (header_list_next(&list, &option)) {
        reading->says_close |= span_equal_nocase(option, SPAN("close"));
        reading->says_keep_alive |= span_equal_nocase(option, SPAN("keep-alive"));
    }
}

static void
request_keep(struct request_reading *reading, struct span value)
{
    struct request *request = reading->request;

    if (request->header_count == REQUEST_HEADERS_MAX) {
        reading->full = true;
        return;
    }
    request->present |= 1U << reading->header;
    request->headers[request->header_count++] =
        (struct request_header){ reading->header, span_trim(value) };
}

static int
on_header_value(http_parser *parser, const char *at, size_t length)
{
    struct request_reading *reading = parser->data;
    struct span value = { at, length };

    if (reading->header == HEADER_HOST)
        reading->request->host = span_trim(value);
    if (reading->header == HEADER_CONNECTION)
        read_connection(reading, value);
    else if (KEPT >> reading->header & 1)
        request_keep(reading, value);
    return 0;
}

static int
on_headers_complete(http_parser *parser)
{
    struct request_reading *reading = parser->data;

    reading->complete = true;
    return 0;
}

static const http_parser_settings callbacks = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
};

/*
 * Feeds the parser. It takes only methods that it knows, and targets by method; so a request
 * with a method that we don't serve anyway is shown with another request line.
 */
static void
tokenise(struct request_reading *reading, const struct head *head, const char *bytes)
{
    static const char stand_in[] = "GET / HTTP/1.1\r\n";
    size_t from = 2 * head->empty_lines;
    http_parser parser;

    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = reading;
    if (!method_allowed(head->method)) {
        http_parser_execute(&parser, &callbacks, stand_in, sizeof(stand_in) - 1);
        reading->target = (struct span){ bytes + head->target, head->target_length };
        from = head->first_field;
    }
    http_parser_execute(&parser, &callbacks, bytes + from, head->length - from);
}

static bool
agrees(const struct request_reading *reading, const struct head *head, const char *bytes)
{
    return reading->complete && reading->fields == head->fields &&
           reading->target.at == bytes + head->target &&
           reading->target.length == head->target_length;
}

static bool
persists(const struct request_reading *reading, const struct head *head)
{
    if (reading->says_close || head->method == METHOD_CONNECT)
        return false;
    return head->minor > 0 || reading->says_keep_alive;
}

/* "*", and the absolute-form that stands for it (RFC 9112 section 3.2.4). */
static bool
names_server(const struct head *head, struct span target, struct span path)
{
    return head->method == METHOD_OPTIONS &&
           path.at + path.length == target.at + target.length &&
           (path.length == 0 || span_equal(target, SPAN("*")));
}

static void
read_target(struct request *request, const struct head *head, struct span target, char *scratch)
{
    struct span path;

    if (head->method == METHOD_CONNECT)
        return;
    path = target_path(target);
    request->options_asterisk = names_server(head, target, path);
    if (target_authority(target).length > 0)
        request->host = target_authority(target);
    if (!request->options_asterisk)
        request->path = target_normalise(path, scratch);
}

enum refusal
request_parse(struct request *request, const struct head *head, const char *bytes,
              char *scratch)
{
    struct request_reading reading = { .request = request };

    request->present = 0;
    request->host = SPAN("");
    request->header_count = 0;
    tokenise(&reading, head, bytes);
    if (!agrees(&reading, head, bytes))
        return REFUSAL_PARSER;
    if (reading.full)
        return REFUSAL_CONDITIONS;
    request->method = head->method;
    request->minor = head->minor;
    request->keep_alive = persists(&reading, head);
    request->content = framing_announces_content(&head->framing);
    request->options_asterisk = false;
    request->path = (struct span){ "", 0 };
    read_target(request, head, reading.target, scratch);
    return REFUSAL_NONE;
}

bool
request_sole(const struct request *request, enum header header, struct span *value)
{
    size_t lines = 0;

    for (size_t i = 0; i < request->header_count; i++)
        if (request->headers[i].header == header) {
            *value = request->headers[i].value;
            lines++;
        }
    return lines == 1;
}
