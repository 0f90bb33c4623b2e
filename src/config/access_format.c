/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_format: one pass over the text. Texts of a request share what the rest leaves of a
 * line, so that a line is never cut but a long value is, and JSON stays JSON. Pure.
 */
#include "config/access_format.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/count.h"

#define FIELD_PREFIX "http_"

#define COMMON   "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent"
#define COMBINED COMMON " \"$http_referer\" \"$http_user_agent\""

static const struct {
    const char *name;
    const char *text;
    bool json;
} known[] = {
    { "common", COMMON, false },
    { "combined", COMBINED, false },
    { "extended",
      COMBINED " time=$request_time first_byte=$first_byte_time range=$range "
               "variant=$variant worker=$worker connection=$connection "
               "request=$connection_requests id=$request_id end=$termination",
      false },
    { "json",
      "{\"time\":\"$time_iso8601\",\"remote_addr\":\"$remote_addr\","
      "\"request_method\":\"$request_method\",\"request_uri\":\"$request_uri\","
      "\"server_protocol\":\"$server_protocol\",\"status\":$status,"
      "\"body_bytes_sent\":$body_bytes_sent,\"request_time\":$request_time,"
      "\"first_byte_time\":$first_byte_time,\"range\":\"$range\",\"asset\":\"$asset\","
      "\"variant\":\"$variant\",\"worker\":$worker,\"connection\":$connection,"
      "\"connection_requests\":$connection_requests,\"request_id\":\"$request_id\","
      "\"trace_id\":\"$trace_id\",\"http_referer\":\"$http_referer\","
      "\"http_user_agent\":\"$http_user_agent\",\"termination\":\"$termination\"}",
      true },
};

#define NAME_AND_MOST(name, text, most)                                                        \
    [ACCESS_##name] = { { (text), sizeof(text) - 1 }, (most) },

static const struct {
    struct span name;
    size_t most;
} variables[ACCESS_VARIABLE_COUNT] = { ACCESS_VARIABLES(NAME_AND_MOST) };

static bool
is_name(char octet)
{
    return isalnum((unsigned char)octet) || octet == '_';
}

/* Cuts "$name" or "${name}" off the front. False: there is no name. */
static bool
cut_name(struct span *text, struct span *name)
{
    const bool braced = text->length > 1 && text->at[1] == '{';
    size_t end = 1 + braced;

    *name = (struct span){ text->at + end, 0 };
    while (end < text->length && is_name(text->at[end]))
        end++;
    name->length = end - 1 - braced;
    if (name->length == 0 || (braced && (end == text->length || text->at[end] != '}')))
        return false;
    end += braced;
    *text = (struct span){ text->at + end, text->length - end };
    return true;
}

/* False: it is no variable. */
static bool
access_format_find(struct span name, struct access_piece *piece)
{
    const size_t prefix = strlen(FIELD_PREFIX);

    if (name.length > prefix && memcmp(name.at, FIELD_PREFIX, prefix) == 0) {
        *piece = (struct access_piece){ .variable = ACCESS_FIELD,
                                        .text = { name.at + prefix, name.length - prefix } };
        return true;
    }
    for (size_t i = 0; i < COUNT(variables); i++)
        if (span_equal(name, variables[i].name)) {
            *piece = (struct access_piece){ .variable = (enum access_variable)i,
                                            .most = variables[i].most };
            return true;
        }
    return false;
}

static struct access_piece
cut_literal(struct span *text)
{
    const char *dollar = memchr(text->at, '$', text->length);
    const size_t length = dollar ? (size_t)(dollar - text->at) : text->length;
    const struct access_piece piece = { .variable = ACCESS_LITERAL,
                                        .text = { text->at, length },
                                        .most = length };

    *text = (struct span){ text->at + length, text->length - length };
    return piece;
}

/* The pieces of the text, without the shares of those that have no size of their own. */
static const char *
read_pieces(struct access_format *format, struct span text, struct span *found)
{
    while (text.length > 0) {
        struct access_piece *piece = &format->pieces[format->count];

        *found = text;
        if (format->count == ACCESS_PIECES_MAX)
            return "has too many variables";
        format->count++;
        if (text.at[0] != '$') {
            *piece = cut_literal(&text);
            continue;
        }
        if (!cut_name(&text, found)) {
            *found = (struct span){ "$", 1 };
            return "is not followed by a name";
        }
        if (!access_format_find(*found, piece))
            return "is no variable";
        if (piece->variable == ACCESS_FIELD && format->field_count == ACCESS_FIELDS_MAX)
            return "is one field too many";
        if (piece->variable == ACCESS_FIELD)
            format->fields[format->field_count++] = piece->text;
    }
    return NULL;
}

/* What texts of a request share. */
static bool
access_format_share(struct access_format *format)
{
    size_t space = ACCESS_LINE_MAX - 1;
    size_t sharing = 0;

    for (size_t i = 0; i < format->count; i++) {
        const size_t most = format->pieces[i].most;

        if (most > space)
            return false;
        space -= most;
        sharing += most == 0;
    }
    if (sharing > 0 && space / sharing < ACCESS_SHARE_MIN)
        return false;
    for (size_t i = 0; i < format->count; i++)
        if (format->pieces[i].most == 0)
            format->pieces[i].most = space / sharing;
    return true;
}

int
access_format_stream(const char *path)
{
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    return strcmp(path, "/dev/stderr") == 0 ? STDERR_FILENO : 0;
}

const char *
access_format_read(struct access_format *format, const char *text, enum access_escape escape,
                   struct span *found)
{
    const char *reason;
    const char *body = text;

    *format = (struct access_format){ .json = escape == ACCESS_ESCAPE_JSON };
    *found = span_of(text);
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(text, known[i].name) == 0) {
            body = known[i].text;
            format->json |= known[i].json;
        }
    if (strchr(body, '$') == NULL)
        return "is no format";
    if ((reason = read_pieces(format, span_of(body), found)) != NULL)
        return reason;
    *found = span_of(text);
    return access_format_share(format) ? NULL : "makes lines of more than 4096 bytes";
}
