/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * head: http-parser accepts input that two programs may read in two ways
 * (bare LF, folds, spaces before colons, two framing fields); this pass, written from RFC 9112,
 * refuses all of that first. A line is checked when its CRLF is there, so a bad request line is
 * answered at once. Pure; keeps nothing but struct head.
 */
#include "http/head.h"

#include "http/authority.h"
#include "http/header.h"
#include "http/octet.h"
#include "http/target.h"

#define VERSION_LENGTH (sizeof("HTTP/1.1") - 1)

/* Octets of the longest valid request line. */
static size_t
longest_request_line(const struct head_limits *limits)
{
    return HEAD_METHOD_MAX + 1 + limits->target + 1 + VERSION_LENGTH;
}

/*
 * Where the search for the end of the current line stops. A request line that is longer than
 * the longest valid one is judged by its octets up to there, so that it makes no difference in
 * how many pieces it arrived.
 */
static size_t
search_limit(const struct head *head, size_t end, const struct head_limits *limits)
{
    size_t longest = longest_request_line(limits);

    return head->first_field || end - head->line <= longest ? end : head->line + longest + 1;
}

/* The next whole line, without its end, or a line with at == NULL if it has not ended. */
static enum refusal
head_next_line(struct head *head, const char *bytes, size_t end,
               const struct head_limits *limits, struct span *line)
{
    const size_t limit = search_limit(head, end, limits);
    const char *from = bytes + head->scanned;
    const char *cr = memchr(from, '\r', limit - head->scanned);
    const char *stop = cr ? cr : bytes + limit;

    *line = (struct span){ NULL, 0 };
    if (memchr(from, '\n', (size_t)(stop - from)))
        return REFUSAL_BARE_LF;
    head->scanned = (size_t)(stop - bytes);
    if (cr == NULL || end - head->scanned < 2)
        return REFUSAL_NONE;
    if (stop[1] != '\n')
        return REFUSAL_BARE_CR;
    *line = (struct span){ bytes + head->line, head->scanned - head->line };
    head->line = head->scanned += 2;
    return REFUSAL_NONE;
}

static enum refusal
read_version(struct head *head, struct span version)
{
    if (version.length != VERSION_LENGTH || memcmp(version.at, "HTTP/", 5) != 0 ||
        !octet_is(version.at[5], OCTET_DIGIT) || version.at[6] != '.' ||
        !octet_is(version.at[7], OCTET_DIGIT))
        return REFUSAL_VERSION_SYNTAX;
    if (version.at[5] != '1')
        return REFUSAL_VERSION;
    head->minor = version.at[7] != '0';
    return REFUSAL_NONE;
}

static enum refusal
read_request_line(struct head *head, const char *bytes, struct span line,
                  const struct head_limits *limits)
{
    const struct span method = span_cut(&line, ' ');
    const struct span target = span_cut(&line, ' ');
    enum refusal refusal;

    if (method.length == 0 || !octet_all(method, OCTET_TOKEN))
        return REFUSAL_METHOD;
    if (method.length > HEAD_METHOD_MAX)
        return REFUSAL_METHOD_LENGTH;
    head->method = method_lookup(method);
    if (target.length > limits->target)
        return REFUSAL_TARGET_LENGTH;
    if (line.at == NULL || target.length == 0)
        return REFUSAL_REQUEST_LINE;
    head->target = (size_t)(target.at - bytes);
    head->target_length = target.length;
    refusal = read_version(head, line);
    return refusal != REFUSAL_NONE ? refusal : target_check(target, head->method);
}

static enum refusal
read_host(struct head *head, struct span value)
{
    if (head->has_host)
        return REFUSAL_HOST_REPEATED;
    head->has_host = true;
    return authority_valid(value) ? REFUSAL_NONE : REFUSAL_HOST_INVALID;
}

static enum refusal
read_field_value(struct head *head, enum header header, struct span value)
{
    switch (header) {
    case HEADER_HOST:
        return read_host(head, span_trim(value));
    case HEADER_CONTENT_LENGTH:
        return framing_add_length(&head->framing, span_trim(value));
    case HEADER_TRANSFER_ENCODING:
        return framing_add_coding(&head->framing, value);
    default:
        return REFUSAL_NONE;
    }
}

/* Why the octet after the field name is not a colon. */
static enum refusal
explain_name(struct span line, size_t name_length)
{
    char octet;

    if (name_length == line.length)
        return REFUSAL_FIELD_COLON;
    octet = line.at[name_length];
    if (octet != ' ' && octet != '\t')
        return REFUSAL_FIELD_NAME;
    return name_length == 0 ? REFUSAL_FIELD_FOLD : REFUSAL_FIELD_SPACE;
}

static enum refusal
read_field(struct head *head, struct span line, const struct head_limits *limits)
{
    struct span name = { line.at, octet_run(line, OCTET_TOKEN) };
    struct span value;

    if (++head->fields > limits->fields)
        return REFUSAL_FIELD_COUNT;
    if (name.length == 0 || name.length == line.length || line.at[name.length] != ':')
        return explain_name(line, name.length);
    value = (struct span){ line.at + name.length + 1, line.length - name.length - 1 };
    if (!octet_all(value, OCTET_VALUE))
        return REFUSAL_FIELD_VALUE;
    return read_field_value(head, header_lookup(name), value);
}

/* The empty line: after the fields it ends the head, before the request it is skipped. */
static enum refusal
read_empty_line(struct head *head)
{
    if (head->first_field == 0)
        return ++head->empty_lines > HEAD_EMPTY_LINES ? REFUSAL_EMPTY_LINES : REFUSAL_NONE;
    if (!head->has_host && head->minor > 0)
        return REFUSAL_HOST_MISSING;
    head->length = head->line;
    return framing_check(&head->framing, head->method, head->minor);
}

static enum refusal
head_read_line(struct head *head, const char *bytes, struct span line,
               const struct head_limits *limits)
{
    if (line.length == 0)
        return read_empty_line(head);
    if (head->first_field)
        return read_field(head, line, limits);
    head->first_field = head->line;
    return read_request_line(head, bytes, line, limits);
}

/* The first octet of a request line is judged as soon as it is there. */
static enum refusal
check_start(const struct head *head, const char *bytes, size_t end)
{
    char first;

    if (head->first_field || head->line == end)
        return REFUSAL_NONE;
    first = bytes[head->line];
    return octet_is(first, OCTET_TOKEN) || first == '\r' || first == '\n' ? REFUSAL_NONE
                                                                          : REFUSAL_METHOD;
}

/* What is known about a line that has not ended. A request line that is too long always finds
 * its reason in read_request_line(). */
static enum refusal
check_unfinished(struct head *head, const char *bytes, size_t end,
                 const struct head_limits *limits)
{
    struct span line = { bytes + head->line, head->scanned - head->line };

    if (!head->first_field && line.length > longest_request_line(limits))
        return read_request_line(head, bytes, line, limits);
    if (end < limits->size)
        return REFUSAL_NONE;
    return head->first_field || head->line == end ? REFUSAL_HEAD_SIZE : REFUSAL_TARGET_LENGTH;
}

enum refusal
head_read(struct head *head, const char *bytes, size_t length, const struct head_limits *limits)
{
    size_t end = length < limits->size ? length : limits->size;
    enum refusal refusal = REFUSAL_NONE;
    struct span line;

    while (refusal == REFUSAL_NONE && head->length == 0) {
        refusal = check_start(head, bytes, end);
        if (refusal == REFUSAL_NONE)
            refusal = head_next_line(head, bytes, end, limits, &line);
        if (refusal != REFUSAL_NONE)
            return refusal;
        if (line.at == NULL)
            return check_unfinished(head, bytes, end, limits);
        refusal = head_read_line(head, bytes, line, limits);
    }
    return refusal;
}
