/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply: reads a response as cheaply as a client can, so that a benchmark measures the server.
 *
 * Exports reply_begin() and reply_read(). Nothing is fatal. Known weakness: takes only what
 * benchmarks need: a response that ends with the connection is REPLY_BROKEN, and one read()
 * may take a head and the whole of a small content, never the start of a second response.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "reply.h"

enum { CHUNK_BUFFER_SIZE = 65536 };

void
reply_begin(struct reply *reply, bool head_request)
{
    memset(reply, 0, offsetof(struct reply, head));
    reply->no_content = head_request;
}

static enum reply_result
received_nothing(const struct reply *reply, ssize_t result)
{
    if (result < 0 && (errno == EAGAIN || errno == EINTR))
        return REPLY_AGAIN;
    return reply->taken == 0 ? REPLY_CLOSED : REPLY_BROKEN;
}

static bool
field_is(const char *line, const char *name, const char **value)
{
    size_t length = strlen(name);

    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return false;
    *value = line + length + 1 + strspn(line + length + 1, " \t");
    return true;
}

static void
read_field(struct reply *reply, const char *line)
{
    const char *value;

    if (field_is(line, "content-length", &value)) {
        reply->left = strtoull(value, NULL, 10);
        reply->has_length = true;
    } else if (field_is(line, "transfer-encoding", &value)) {
        reply->chunked = strncasecmp(value, "chunked", 7) == 0;
    } else if (field_is(line, "connection", &value)) {
        reply->close = strncasecmp(value, "close", 5) == 0;
    }
}

/* head is NUL-terminated and ends with an empty line. */
static bool
read_head(struct reply *reply, const char *head)
{
    unsigned minor;

    if (sscanf(head, "HTTP/1.%1u %3d", &minor, &reply->status) != 2 || reply->status < 200)
        return false;
    reply->close = minor == 0;
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        read_field(reply, line + 2);
    if (reply->no_content || reply->status == 304 || reply->status == 204) {
        reply->no_content = true;
        reply->chunked = false;
        reply->left = 0;
        return true;
    }
    return reply->chunked || reply->has_length;
}

static void
chunk_size_octet(struct reply *reply, char octet)
{
    unsigned value = (unsigned char)octet;

    if (octet == '\n') {
        reply->chunk = reply->left ? CHUNK_DATA : CHUNK_TRAILER;
        reply->line_empty = true;
    } else if (value - '0' < 10) {
        reply->left = reply->left * 16 + (value - '0');
    } else if ((value | 0x20) - 'a' < 6) {
        reply->left = reply->left * 16 + (value | 0x20) - 'a' + 10;
    } else {
        reply->chunk = CHUNK_EXTENSION;
    }
}

/* An octet that is not data. True after the last one of the response. */
static bool
chunk_octet(struct reply *reply, char octet)
{
    switch (reply->chunk) {
    case CHUNK_SIZE:
        chunk_size_octet(reply, octet);
        break;
    case CHUNK_EXTENSION:
        if (octet == '\n')
            chunk_size_octet(reply, octet);
        break;
    case CHUNK_DATA_END:
        if (octet == '\n')
            reply->chunk = CHUNK_SIZE;
        break;
    case CHUNK_TRAILER:
        if (octet == '\n' && reply->line_empty)
            return true;
        reply->line_empty = octet == '\n' || (octet == '\r' && reply->line_empty);
        break;
    case CHUNK_DATA:
        break;
    }
    return false;
}

static enum reply_result
take_chunks(struct reply *reply, const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        if (reply->chunk == CHUNK_DATA) {
            size_t part = reply->left < length - at ? (size_t)reply->left : length - at;

            at += part;
            reply->left -= part;
            if (reply->left == 0)
                reply->chunk = CHUNK_DATA_END;
        } else if (chunk_octet(reply, bytes[at++])) {
            return at == length ? REPLY_DONE : REPLY_BROKEN;
        }
    }
    return REPLY_AGAIN;
}

/* The octets that came behind the head in the same read. */
static enum reply_result
take_content(struct reply *reply, const char *bytes, size_t length)
{
    if (reply->chunked)
        return take_chunks(reply, bytes, length);
    if (length > reply->left)
        return REPLY_BROKEN;
    reply->left -= length;
    return reply->left == 0 ? REPLY_DONE : REPLY_AGAIN;
}

static enum reply_result
receive_head(struct reply *reply, int fd)
{
    size_t capacity = REPLY_HEAD_SIZE - 1 - reply->head_length;
    ssize_t got = recv(fd, reply->head + reply->head_length, capacity, MSG_DONTWAIT);
    char *end;
    char after;

    if (got <= 0)
        return received_nothing(reply, capacity == 0 ? 0 : got);
    reply->taken += (uint64_t)got;
    reply->head_length += (size_t)got;
    reply->head[reply->head_length] = '\0';
    end = strstr(reply->head, "\r\n\r\n");
    if (!end)
        return REPLY_AGAIN;
    end += 4;
    after = *end;
    *end = '\0';
    if (!read_head(reply, reply->head))
        return REPLY_BROKEN;
    *end = after;
    return take_content(reply, end, (size_t)(reply->head + reply->head_length - end));
}

static enum reply_result
receive_chunks(struct reply *reply, int fd, size_t allowance)
{
    static char buffer[CHUNK_BUFFER_SIZE];
    size_t size = allowance < sizeof(buffer) ? allowance : sizeof(buffer);
    ssize_t got = recv(fd, buffer, size, MSG_DONTWAIT);

    if (got <= 0)
        return received_nothing(reply, got);
    reply->taken += (uint64_t)got;
    return take_chunks(reply, buffer, (size_t)got);
}

static enum reply_result
discard_content(struct reply *reply, int fd, size_t allowance)
{
    size_t size = reply->left < allowance ? (size_t)reply->left : allowance;
    ssize_t got = recv(fd, NULL, size, MSG_DONTWAIT | MSG_TRUNC);

    if (got <= 0)
        return received_nothing(reply, got);
    reply->taken += (uint64_t)got;
    reply->left -= (uint64_t)got;
    return reply->left == 0 ? REPLY_DONE : REPLY_AGAIN;
}

enum reply_result
reply_read(struct reply *reply, int fd, size_t allowance)
{
    if (reply->status == 0)
        return receive_head(reply, fd);
    return reply->chunked ? receive_chunks(reply, fd, allowance)
                          : discard_content(reply, fd, allowance);
}
