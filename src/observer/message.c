/* SPDX-License-Identifier: BSD-2-Clause */
/* message: reads as little at a time as comes, and judges the head while it grows. */
#include "observer/message.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "http/header.h"

static const struct message_error fine = { 0 };

static struct message_error
message_refuse(enum refusal refusal)
{
    const struct refusal_info *info = refusal_info(refusal);

    return (struct message_error){ (int)info->status, info->text };
}

/* --- head --------------------------------------------------------------------------------- */

static struct message_error
receive_head(struct message *message, const struct peer *peer)
{
    static const struct head_limits limits = { MESSAGE_HEAD_MAX, MESSAGE_TARGET_MAX,
                                               MESSAGE_FIELDS_MAX };

    while (message->head.length == 0) {
        ssize_t got = peer_receive(peer, message->bytes + message->length,
                                   MESSAGE_HEAD_MAX - message->length);
        enum refusal refusal;

        if (got == -ETIMEDOUT && message->length > 0)
            return (struct message_error){ 408, "the head of the request is not complete" };
        if (got <= 0)
            return (struct message_error){ got < 0 ? (int)got : -ECONNRESET, NULL };
        message->length += (size_t)got;
        refusal = head_read(&message->head, message->bytes, message->length, &limits);
        if (refusal != REFUSAL_NONE)
            return message_refuse(refusal);
    }
    return fine;
}

struct message_error
message_read_head(struct message *message, const struct peer *peer)
{
    const struct head *head = &message->head;
    struct message_error error;
    const char *method;
    const char *target;
    enum refusal refusal;

    message->bytes = malloc(MESSAGE_HEAD_MAX);
    message->scratch = malloc(MESSAGE_TARGET_MAX);
    if (message->bytes == NULL || message->scratch == NULL)
        return (struct message_error){ 500, "out of memory" };
    error = receive_head(message, peer);
    if (error.status != 0)
        return error;
    refusal = request_parse(&message->request, head, message->bytes, message->scratch);
    if (refusal != REFUSAL_NONE)
        return message_refuse(refusal);
    method = message->bytes + 2 * head->empty_lines;
    target = message->bytes + head->target;
    message->method = (struct span){ method, (size_t)(target - method) - 1 };
    message->query = (struct span){ target, head->target_length };
    (void)span_cut(&message->query, '?');
    return fine;
}

/* --- content ------------------------------------------------------------------------------ */

static struct message_error
receive_content(struct message *message, const struct peer *peer, size_t length)
{
    size_t here = message->length - message->head.length;

    if (here > length)
        here = length;
    if (here > 0)
        memcpy(message->body, message->bytes + message->head.length, here);
    while (here < length) {
        ssize_t got = peer_receive(peer, message->body + here, length - here);

        if (got == -ETIMEDOUT)
            return (struct message_error){ 408, "the content is not complete" };
        if (got <= 0)
            return (struct message_error){ got < 0 ? (int)got : -ECONNRESET, NULL };
        here += (size_t)got;
    }
    message->content = (struct span){ message->body, length };
    return fine;
}

static int
invite(const struct message *message, const struct peer *peer)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (!request_has(&message->request, HEADER_EXPECT) || message->request.minor == 0 ||
        message->length > message->head.length)
        return 0;
    return peer_send(peer, go_on, sizeof(go_on) - 1);
}

struct message_error
message_read_content(struct message *message, const struct peer *peer)
{
    const struct framing *framing = &message->head.framing;
    int error;

    if (framing->has_coding || !framing->has_length)
        return (struct message_error){ 411, "the content must have a Content-Length" };
    if (framing->length > MESSAGE_CONTENT_MAX)
        return (struct message_error){ 413, "accepted: up to 1048576 bytes" };
    if ((message->body = malloc((size_t)framing->length + 1)) == NULL)
        return (struct message_error){ 500, "out of memory" };
    if ((error = invite(message, peer)) < 0)
        return (struct message_error){ error, NULL };
    return receive_content(message, peer, (size_t)framing->length);
}

void
message_free(struct message *message)
{
    free(message->bytes);
    free(message->scratch);
    free(message->body);
    *message = (struct message){ 0 };
}

/* --- fields ------------------------------------------------------------------------------- */

/* Cuts the next line of a checked head off rest. */
static struct span
message_next_line(struct span *rest)
{
    const char *end = memmem(rest->at, rest->length, "\r\n", 2);
    struct span line = { rest->at, end ? (size_t)(end - rest->at) : rest->length };
    size_t used = line.length + (end ? 2 : 0);

    *rest = (struct span){ rest->at + used, rest->length - used };
    return line;
}

struct span
message_fields(const struct message *message)
{
    const struct head *head = &message->head;

    return (struct span){ message->bytes + head->first_field,
                          head->length - head->first_field };
}

bool
message_next_field(struct span *rest, struct span name, struct span *value)
{
    while (rest->length > 0) {
        struct span line = message_next_line(rest);
        const struct span found = span_cut(&line, ':');

        if (!span_equal_nocase(found, name))
            continue;
        *value = span_trim(line);
        return true;
    }
    return false;
}

/* "gzip", "gzip;q=0.5", "gzip ; q=0" */
static bool
allows(struct span element, struct span coding)
{
    const struct span name = span_trim(span_cut(&element, ';'));

    return span_equal_nocase(name, coding) &&
           !span_equal_nocase(span_trim(element), SPAN("q=0"));
}

bool
message_accepts(const struct message *message, struct span coding)
{
    struct span rest = message_fields(message);
    struct span element;
    struct span list;

    while (message_next_field(&rest, SPAN("Accept-Encoding"), &list))
        while (header_list_next(&list, &element))
            if (allows(element, coding))
                return true;
    return false;
}

/* The value of "q" in thousandths; 1000 where it is missing or none. */
static unsigned
weight_of(struct span parameters)
{
    while (parameters.length > 0) {
        struct span value = span_trim(span_cut(&parameters, ';'));
        const struct span name = span_cut(&value, '=');
        char text[8] = "";

        if (!span_equal_nocase(name, SPAN("q")) || value.length >= sizeof(text))
            continue;
        memcpy(text, value.at, value.length);
        return (unsigned)(fmin(fmax(strtod(text, NULL), 0), 1) * 1000 + 0.5);
    }
    return 1000;
}

unsigned
message_weight(const struct message *message, struct span type)
{
    struct span rest = message_fields(message);
    unsigned most = 0;
    struct span element;
    struct span list;

    while (message_next_field(&rest, SPAN("Accept"), &list))
        while (header_list_next(&list, &element)) {
            const struct span name = span_trim(span_cut(&element, ';'));
            const unsigned weight = weight_of(element);

            if (span_equal_nocase(name, type) && weight > most)
                most = weight;
        }
    return most;
}
