/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * response_head: heads, put together from prepared pieces with memcpy. Every head has Date and,
 * except for 204 and 304, Content-Length; HEAD gets the same head as GET. The lines that all
 * objects of a section have in common were written once (field_lines.h).
 */
#include "http/response_head.h"

#include <assert.h>

#include "base/percent.h"
#include "http/byteranges.h"
#include "http/emit.h"
#include "http/status.h"

enum { REASON_MAX = 160 };

/* --- pieces ------------------------------------------------------------------------------- */

static char *
emit_start(char *out, unsigned status, const char *date)
{
    out = emit_literal(out, "HTTP/1.1 ");
    out = emit_span(out, status_text(status));
    out = emit_literal(out, "\r\nDate: ");
    out = emit_span(out, (struct span){ date, DATE_LENGTH });
    return emit_literal(out, "\r\n");
}

/* Only what the peer can't infer from the version (RFC 9112 section 9.3). */
static char *
emit_connection(char *out, unsigned minor, bool close)
{
    if (close)
        return emit_literal(out, "Connection: close\r\n");
    return minor == 0 ? emit_literal(out, "Connection: keep-alive\r\n") : out;
}

/* name: with the colon. An empty value has no field. */
static char *
emit_optional(char *out, struct span name, struct span value)
{
    if (value.length == 0)
        return out;
    out = emit_span(out, name);
    out = emit_span(out, value);
    return emit_literal(out, "\r\n");
}

static char *
emit_length(char *out, uint64_t length)
{
    out = emit_literal(out, "Content-Length: ");
    out = emit_decimal(out, length);
    return emit_literal(out, "\r\n");
}

/* --- content ------------------------------------------------------------------------------ */

static char *
emit_type(char *out, const struct representation *representation)
{
    out = emit_optional(out, SPAN("Content-Type: "), representation->content_type);
    return emit_optional(out, SPAN("Content-Encoding: "), representation->coding);
}

static char *
emit_whole(char *out, const struct representation *representation)
{
    out = emit_type(out, representation);
    return emit_length(out, representation->length);
}

static char *
emit_part(char *out, const struct representation *representation, struct range range)
{
    out = emit_type(out, representation);
    out = emit_literal(out, "Content-Range: ");
    out = byteranges_emit_range(out, range, representation->length);
    out = emit_literal(out, "\r\n");
    return emit_length(out, range_length(range));
}

static char *
emit_parts(char *out, const struct representation *representation,
           const struct response *response)
{
    out = emit_literal(out, "Content-Type: multipart/byteranges; boundary=");
    out = emit_span(out, byteranges_boundary(representation));
    out = emit_literal(out, "\r\n");
    return emit_length(out, byteranges_length(representation, response->ranges,
                                              response->range_count));
}

/* What the request asked for, or every response has. */
static char *
emit_digest(char *out, const struct representation *representation,
            const struct response *response)
{
    if (response->repr_digest || representation->always_digest) {
        out = emit_literal(out, "Repr-Digest: sha-256=:");
        out = emit_span(out, representation->digest);
        out = emit_literal(out, ":\r\n");
    }
    if (response->digest) {
        out = emit_literal(out, "Digest: sha-256=");
        out = emit_span(out, representation->digest);
        out = emit_literal(out, "\r\n");
    }
    return out;
}

static char *
emit_validators(char *out, const struct representation *representation)
{
    char modified[DATE_SIZE];

    out = emit_literal(out, "ETag: ");
    out = emit_span(out, representation->etag);
    if (representation->last_modified != 0) {
        date_format(modified, representation->last_modified);
        out = emit_literal(out, "\r\nLast-Modified: ");
        out = emit_span(out, (struct span){ modified, DATE_LENGTH });
    }
    return emit_literal(out, "\r\n");
}

static char *
emit_object(char *out, const struct representation *representation,
            const struct response *response)
{
    if (response->status == 304)
        ; /* no content, and nothing is said about it */
    else if (response->range_count == 0)
        out = emit_whole(out, representation);
    else if (response->range_count == 1)
        out = emit_part(out, representation, response->ranges[0]);
    else
        out = emit_parts(out, representation, response);
    out = emit_digest(out, representation, response);
    out = emit_validators(out, representation);
    out = emit_span(out, representation->fields);
    return emit_literal(out, "\r\n");
}

/* The end of a head whose content is "404 Not Found" or "400 Bad Request: reason". */
static char *
emit_text(char *out, unsigned status, const char *reason, bool head_only)
{
    struct span text = status_text(status);
    struct span more = reason ? span_of(reason) : SPAN("");
    size_t separator = more.length ? 2 : 0;

    if (more.length > REASON_MAX)
        more.length = REASON_MAX;
    out = emit_optional(out, SPAN("Content-Type: "), SPAN("text/plain"));
    out = emit_length(out, text.length + separator + more.length + 1);
    out = emit_literal(out, "\r\n");
    if (head_only)
        return out;
    out = emit_span(out, text);
    out = emit_span(out, (struct span){ ": ", separator });
    out = emit_span(out, more);
    return emit_literal(out, "\n");
}

static char *
emit_error(char *out, const struct representation *representation,
           const struct response *response)
{
    if (response->status == 405)
        out = emit_literal(out, "Allow: " METHOD_ALLOWED "\r\n");
    if (response->status == 416) {
        out = emit_literal(out, "Content-Range: bytes */");
        out = emit_decimal(out, representation->length);
        out = emit_literal(out, "\r\n");
    }
    if (response->retry_after > 0) {
        out = emit_literal(out, "Retry-After: ");
        out = emit_decimal(out, response->retry_after);
        out = emit_literal(out, "\r\n");
    }
    if (response->location.length > 0) {
        out = emit_literal(out, "Location: ");
        out = percent_encode(out, response->location);
        out = emit_literal(out, "\r\n");
    }
    if (representation)
        out = emit_span(out, representation->common);
    return emit_text(out, response->status, NULL, response->head_only);
}

static char *
emit_page(char *out, const struct representation *representation)
{
    out = emit_whole(out, representation);
    out = emit_span(out, representation->fields);
    return emit_literal(out, "\r\n");
}

/* "*" stands for all fields but Authorization; older browsers want them by name. */
static char *
emit_preflight(char *out)
{
    return emit_literal(out,
                        "Access-Control-Allow-Methods: GET, HEAD\r\n"
                        "Access-Control-Allow-Headers: *, Authorization, Range, If-Range, "
                        "If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since\r\n"
                        "Access-Control-Max-Age: 86400\r\n");
}

/* Fields of the request that the response depends on. representation may be NULL. */
static char *
emit_vary(char *out, const struct response *response,
          const struct representation *representation)
{
    const bool coded = representation && representation->varies;

    if (response->varies && coded)
        return emit_literal(out, "Vary: Origin, Accept-Encoding\r\n");
    if (response->varies)
        return emit_literal(out, "Vary: Origin\r\n");
    return coded ? emit_literal(out, "Vary: Accept-Encoding\r\n") : out;
}

/* Which page may read the response; and then also what browsers hide by default. */
static char *
emit_cors(char *out, const struct response *response)
{
    if (response->origin.length == 0)
        return out;
    out = emit_literal(out, "Access-Control-Allow-Origin: ");
    out = emit_span(out, response->origin);
    out = emit_literal(out, "\r\nAccess-Control-Expose-Headers: Accept-Ranges, Content-Range, "
                            "ETag, Repr-Digest\r\n");
    return response->status == 204 ? emit_preflight(out) : out;
}

static char *
emit_options(char *out, const struct representation *representation)
{
    out = emit_literal(out, "Allow: " METHOD_ALLOWED "\r\n");
    if (representation)
        out = emit_span(out, representation->common);
    return emit_literal(out, "\r\n");
}

/* --- whole heads -------------------------------------------------------------------------- */

size_t
response_head_max(const struct representation *representation)
{
    if (representation == NULL)
        return RESPONSE_HEAD_MAX;
    return RESPONSE_HEAD_MAX + representation->content_type.length +
           representation->fields.length;
}

size_t
response_head(char *out, size_t size, const struct response *response,
              const struct representation *representation, const char date[DATE_SIZE])
{
    char *start = out;

    assert(size >= response_head_max(representation));
    out = emit_start(out, response->status, date);
    out = emit_connection(out, response->minor, response->close);
    out = emit_optional(out, SPAN("X-Request-Id: "), response->id);
    out = emit_vary(out, response, representation);
    out = emit_cors(out, response);
    if (response->status == 204)
        out = emit_options(out, representation);
    else if (response->page)
        out = emit_page(out, representation);
    else if (response->status >= 400 || representation == NULL)
        out = emit_error(out, representation, response);
    else
        out = emit_object(out, representation, response);
    return (size_t)(out - start);
}

size_t
response_head_refusal(char *out, size_t size, unsigned status, const char *reason,
                      bool head_only, struct span id, const char date[DATE_SIZE])
{
    char *start = out;

    assert(size >= RESPONSE_HEAD_MAX);
    out = emit_start(out, status, date);
    out = emit_connection(out, 1, true);
    out = emit_optional(out, SPAN("X-Request-Id: "), id);
    if (status == 429 || status == 503)
        out = emit_literal(out, "Retry-After: 1\r\n");
    out = emit_text(out, status, reason, head_only);
    return (size_t)(out - start);
}
