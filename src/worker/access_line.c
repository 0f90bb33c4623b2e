/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_line: values are escaped as nginx does it, "\xNN", or as JSON wants it (RFC 8259
 * section 7). There, bytes above 0x7f become the characters with these numbers, as in ISO
 * 8859-1: what a client sends need not be UTF-8, and a line must be JSON.
 */
#include "worker/access_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/count.h"
#include "http/emit.h"

#define CUT "..."

static const char *const terminations[TERMINATIONS] = {
    [TERMINATION_CLIENT] = "client",   [TERMINATION_COMPLETE] = "complete",
    [TERMINATION_TIMEOUT] = "timeout", [TERMINATION_DRAIN] = "drain",
    [TERMINATION_OBJECT] = "object",   [TERMINATION_MEMORY] = "memory",
};

/* --- escaping ----------------------------------------------------------------------------- */

static const bool unsafe[256] = {
    [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, [0x7f ... 0xff] = true
};

#define EIGHT(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Not 0 if one of eight bytes is this one. */
static uint64_t
has_octet(uint64_t word, unsigned char octet)
{
    const uint64_t difference = word ^ EIGHT(octet);

    return (difference - EIGHT(1)) & ~difference & EIGHT(0x80);
}

/* Are eight bytes all safe? The same as the table says, for all at once. */
static bool
are_safe(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return (((word - EIGHT(0x20)) | word) & EIGHT(0x80)) == 0 &&
           (has_octet(word, '"') | has_octet(word, '\\') | has_octet(word, 0x7f)) == 0;
}

static size_t
safe_run(struct span text)
{
    size_t length = 0;

    while (text.length - length >= 8 && are_safe(text.at + length))
        length += 8;
    while (length < text.length && !unsafe[(unsigned char)text.at[length]])
        length++;
    return length;
}

/* One unsafe byte; returns the length, at most 6. */
static size_t
escape_byte(char out[static 6], unsigned char byte, bool json)
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = out;

    *at++ = '\\';
    if (json && byte != '"' && byte != '\\')
        at = mempcpy(at, "u00", 3);
    else if (!json)
        *at++ = 'x';
    if (json && (byte == '"' || byte == '\\')) {
        *at++ = (char)byte;
    } else {
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 15];
    }
    return (size_t)(at - out);
}

/* The next unit of text, which is never divided: a run of safe bytes is one of them, as far as
 * there is space, and so is one escaped byte. Returns its length; 0: no space. */
static size_t
put_unit(char *out, size_t space, struct span *text, bool json)
{
    char escaped[6];
    size_t taken = safe_run(*text);
    size_t length = taken;

    if (taken > space)
        taken = length = space;
    if (length > 0) {
        memcpy(out, text->at, length);
    } else if (space > 0) {
        taken = 1;
        length = escape_byte(escaped, (unsigned char)text->at[0], json);
        if (length > space)
            return 0;
        memcpy(out, escaped, length);
    }
    *text = (struct span){ text->at + taken, text->length - taken };
    return length;
}

/* As many units as there is space for. */
static char *
put_units(char *out, const char *end, struct span *text, bool json)
{
    size_t length;

    while (text->length > 0 && (length = put_unit(out, (size_t)(end - out), text, json)) > 0)
        out += length;
    return out;
}

/* What does not fit ends in "...". */
static char *
put_escaped(char *out, size_t most, struct span text, bool json)
{
    const char *end = out + most;
    char *cut = put_units(out, end - strlen(CUT), &text, json);

    out = put_units(cut, end, &text, json);
    return text.length == 0 ? out : emit_literal(cut, CUT);
}

static char *
put_or_dash(char *out, size_t most, struct span text, bool json)
{
    if (text.length == 0)
        return json ? out : emit_literal(out, "-");
    return put_escaped(out, most, text, json);
}

/* --- fields of the request ---------------------------------------------------------------- */

/* Does the line have the field? "_" in the name stands for "-". */
static bool
is_field(struct span line, struct span name)
{
    if (line.length <= name.length || line.at[name.length] != ':')
        return false;
    for (size_t i = 0; i < name.length; i++) {
        const char wanted = name.at[i] == '_' ? '-' : (char)(name.at[i] | 0x20);

        if ((line.at[i] | 0x20) != (wanted | 0x20))
            return false;
    }
    return true;
}

static void
find_in_line(const struct access_format *format, struct span line,
             struct span values[static ACCESS_FIELDS_MAX])
{
    for (size_t i = 0; i < format->field_count; i++) {
        const size_t name = format->fields[i].length;

        if (values[i].at == NULL && is_field(line, format->fields[i]))
            values[i] = span_trim((struct span){ line.at + name + 1, line.length - name - 1 });
    }
}

/* The first line of each field that the format has, in the format's order. */
static void
find_fields(const struct access_format *format, struct span lines,
            struct span values[static ACCESS_FIELDS_MAX])
{
    memset(values, 0, format->field_count * sizeof(*values));
    while (format->field_count > 0 && lines.length > 0) {
        struct span line = span_cut(&lines, '\n');

        if (line.length > 0 && line.at[line.length - 1] == '\r')
            line.length--;
        find_in_line(format, line, values);
    }
}

/* --- when a response begins --------------------------------------------------------------- */

static struct span
word_of(struct span line, unsigned number)
{
    struct span word = span_cut(&line, ' ');

    while (number-- > 0)
        word = span_cut(&line, ' ');
    return word;
}

/* "0-99,200-299", or as much of it as fits. */
static char *
put_ranges(char *out, const struct access_request *request, bool json)
{
    const char *end = out + ACCESS_RANGE_MAX - strlen(CUT) - 1;
    char one[2 * EMIT_DECIMAL_MAX + 2];

    if (request->range_count == 0)
        return put_or_dash(out, 1, SPAN(""), json);
    for (size_t i = 0; i < request->range_count; i++) {
        char *stop = one;

        if (i > 0)
            *stop++ = ',';
        stop = emit_decimal(stop, request->ranges[i].first);
        *stop++ = '-';
        stop = emit_decimal(stop, request->ranges[i].last);
        if (stop - one > end - out)
            return emit_literal(out, CUT);
        out = mempcpy(out, one, (size_t)(stop - one));
    }
    return out;
}

static char *
put_address(char *out, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    return mempcpy(out, text, address_text(address, text));
}

static char *
put_known(char *out, const struct access_piece *piece, const struct access_request *request,
          bool json)
{
    switch (piece->variable) {
    case ACCESS_REMOTE_ADDR:
        return put_address(out, request->client);
    case ACCESS_REMOTE_PORT:
        return emit_decimal(out, request->client->port);
    case ACCESS_REALIP_REMOTE_ADDR:
        return put_address(out, request->peer);
    case ACCESS_REALIP_REMOTE_PORT:
        return emit_decimal(out, request->peer->port);
    case ACCESS_REQUEST_LENGTH:
        return emit_decimal(out, request->length);
    case ACCESS_STATUS:
        return emit_decimal(out, request->status);
    case ACCESS_RANGE:
        return put_ranges(out, request, json);
    case ACCESS_GENERATION:
        return emit_decimal(out, request->generation);
    case ACCESS_WORKER:
        return emit_decimal(out, request->worker);
    case ACCESS_PID:
        return emit_decimal(out, (uint64_t)request->pid);
    case ACCESS_CONNECTION:
        return emit_decimal(out, request->connection);
    case ACCESS_CONNECTION_REQUESTS:
        return emit_decimal(out, request->number);
    default:
        return out;
    }
}

/* Values that are text. */
static struct span
text_of_request(enum access_variable variable, const struct access_request *request)
{
    switch (variable) {
    case ACCESS_REQUEST:
        return request->line;
    case ACCESS_REQUEST_METHOD:
        return word_of(request->line, 0);
    case ACCESS_REQUEST_URI:
        return word_of(request->line, 1);
    case ACCESS_SERVER_PROTOCOL:
        return word_of(request->line, 2);
    case ACCESS_ASSET:
        return request->asset;
    case ACCESS_VARIANT:
        return request->variant;
    case ACCESS_REQUEST_ID:
        return request->id;
    case ACCESS_TRACE_ID:
        return request->trace_id;
    default:
        return (struct span){ NULL, 0 };
    }
}

static bool
is_text(enum access_variable variable)
{
    return variable == ACCESS_REMOTE_USER ||
           (variable >= ACCESS_REQUEST && variable <= ACCESS_SERVER_PROTOCOL) ||
           variable == ACCESS_ASSET || variable == ACCESS_VARIANT ||
           variable == ACCESS_REQUEST_ID || variable == ACCESS_TRACE_ID;
}

size_t
access_line_begin(const struct access_format *format, const struct access_request *request,
                  char line[static ACCESS_LINE_MAX])
{
    struct span values[ACCESS_FIELDS_MAX];
    size_t field = 0;
    char *out = line;

    find_fields(format, request->fields, values);
    for (size_t i = 0; i < format->count; i++) {
        const struct access_piece *piece = &format->pieces[i];

        if (piece->variable == ACCESS_LITERAL)
            out = emit_span(out, piece->text);
        else if (access_format_is_late(piece->variable))
            *out++ = '\0';
        else if (piece->variable == ACCESS_FIELD)
            out = put_or_dash(out, piece->most, values[field++], format->json);
        else if (is_text(piece->variable))
            out = put_or_dash(out, piece->most, text_of_request(piece->variable, request),
                              format->json);
        else
            out = put_known(out, piece, request, format->json);
    }
    return (size_t)(out - line);
}

/* --- when it has ended -------------------------------------------------------------------- */

static char *
put_fraction(char *out, uint64_t number, unsigned digits)
{
    for (unsigned i = digits; i > 0; i--, number /= 10)
        out[i - 1] = (char)('0' + number % 10);
    return out + digits;
}

/* "0.000123" */
static char *
access_line_seconds(char *out, uint64_t ns)
{
    out = emit_decimal(out, ns / 1000000000);
    *out++ = '.';
    return put_fraction(out, ns / 1000 % 1000000, 6);
}

static char *
put_late(char *out, enum access_variable variable, const struct access_response *response,
         bool json)
{
    switch (variable) {
    case ACCESS_TIME_LOCAL:
        return emit_span(out, span_of(response->time->local));
    case ACCESS_TIME_ISO8601:
        return emit_span(out, span_of(response->time->iso8601));
    case ACCESS_MSEC:
        out = emit_decimal(out, response->time->wall_ms / 1000);
        *out++ = '.';
        return put_fraction(out, response->time->wall_ms % 1000, 3);
    case ACCESS_BYTES_SENT:
        return emit_decimal(out, response->sent);
    case ACCESS_BODY_BYTES_SENT:
        return emit_decimal(out, response->body);
    case ACCESS_REQUEST_TIME:
        return access_line_seconds(out, response->duration);
    case ACCESS_FIRST_BYTE_TIME:
        if (response->sent > 0)
            return access_line_seconds(out, response->first_byte);
        return emit_span(out, json ? SPAN("null") : SPAN("-"));
    default:
        return emit_span(out, span_of(terminations[response->termination]));
    }
}

size_t
access_line_end(const struct access_format *format, struct span begun,
                const struct access_response *response, char line[static ACCESS_LINE_MAX])
{
    char *out = line;

    for (size_t i = 0; i < format->count; i++)
        if (access_format_is_late(format->pieces[i].variable)) {
            out = emit_span(out, span_cut(&begun, '\0'));
            out = put_late(out, format->pieces[i].variable, response, format->json);
        }
    out = emit_span(out, begun);
    *out++ = '\n';
    return (size_t)(out - line);
}

void
access_line_time(struct access_time *time, uint64_t wall_ns)
{
    const time_t seconds = (time_t)(wall_ns / 1000000000);
    struct tm local;
    long minutes;

    localtime_r(&seconds, &local);
    minutes = local.tm_gmtoff / 60;
    strftime(time->local, sizeof(time->local), "%d/%b/%Y:%H:%M:%S %z", &local);
    strftime(time->iso8601, sizeof(time->iso8601), "%Y-%m-%dT%H:%M:%S", &local);
    snprintf(time->iso8601 + 19, sizeof(time->iso8601) - 19, "%c%02ld:%02ld",
             minutes < 0 ? '-' : '+', labs(minutes) / 60 % 24, labs(minutes) % 60);
    time->wall_ms = wall_ns / 1000000;
}
