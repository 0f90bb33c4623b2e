/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * byteranges: writes the frame of a multipart body and knows its length beforehand, since
 * Content-Length is always sent. Pure.
 */
#include "http/byteranges.h"

#include <assert.h>

#include "http/emit.h"

static const struct span dashes = { "\r\n--", 4 };
static const struct span type = { "\r\nContent-Type: ", 16 };
static const struct span coding = { "\r\nContent-Encoding: ", 20 };
static const struct span position = { "\r\nContent-Range: ", 17 };
static const struct span range_unit = { "bytes ", 6 };
static const struct span part_end = { "\r\n\r\n", 4 };
static const struct span body_end = { "--\r\n", 4 };

struct span
byteranges_boundary(const struct representation *representation)
{
    struct span tag = representation->etag;

    assert(tag.length > 2 && tag.length - 2 <= BYTERANGES_BOUNDARY_MAX);
    return (struct span){ tag.at + 1, tag.length - 2 };
}

/* All of a part's head but the numbers. */
static size_t
fixed_length(const struct representation *representation)
{
    const size_t coded =
        representation->coding.length > 0 ? coding.length + representation->coding.length : 0;

    return dashes.length + byteranges_boundary(representation).length + type.length +
           representation->content_type.length + coded + position.length + range_unit.length +
           sizeof("-/") - 1 + part_end.length;
}

size_t
byteranges_head_max(const struct representation *representation)
{
    return fixed_length(representation) + 3 * EMIT_DECIMAL_MAX;
}

char *
byteranges_emit_range(char *out, struct range range, uint64_t length)
{
    out = emit_span(out, range_unit);
    out = emit_decimal(out, range.first);
    *out++ = '-';
    out = emit_decimal(out, range.last);
    *out++ = '/';
    return emit_decimal(out, length);
}

size_t
byteranges_part_head(char *out, const struct representation *representation, struct range range)
{
    char *start = out;

    out = emit_span(out, dashes);
    out = emit_span(out, byteranges_boundary(representation));
    out = emit_span(out, type);
    out = emit_span(out, representation->content_type);
    if (representation->coding.length > 0)
        out = emit_span(emit_span(out, coding), representation->coding);
    out = emit_span(out, position);
    out = byteranges_emit_range(out, range, representation->length);
    out = emit_span(out, part_end);
    return (size_t)(out - start);
}

size_t
byteranges_close(char *out, const struct representation *representation)
{
    char *start = out;

    out = emit_span(out, dashes);
    out = emit_span(out, byteranges_boundary(representation));
    out = emit_span(out, body_end);
    return (size_t)(out - start);
}

uint64_t
byteranges_length(const struct representation *representation, const struct range *ranges,
                  size_t count)
{
    size_t fixed = fixed_length(representation) + emit_decimal_length(representation->length);
    uint64_t length =
        dashes.length + byteranges_boundary(representation).length + body_end.length;

    for (size_t i = 0; i < count; i++)
        length += fixed + emit_decimal_length(ranges[i].first) +
                  emit_decimal_length(ranges[i].last) + range_length(ranges[i]);
    return length;
}
