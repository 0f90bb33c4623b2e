/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * field: checks names and values of response header fields at load, so that a worker can send
 * them without a look. Pure.
 *
 * Known weakness: knows no field's own grammar but Content-Type's.
 */
#include "config/field.h"

#include <ctype.h>
#include <stddef.h>

#include "base/count.h"

struct refused_field {
    const char *name;
    const char *reason;
};

#define WRITTEN "names a field that tiffd writes itself"
#define HOP     "names a field of a connection, which is tiffd's to decide"

static const struct refused_field refused[] = {
    { "Accept-Ranges", WRITTEN },
    { "Age", "names a field that only caches write" },
    { "Allow", WRITTEN },
    { "Cache-Control", "names a field that has its own key, cache_control" },
    { "Connection", WRITTEN },
    { "Content-Length", WRITTEN },
    { "Content-Range", WRITTEN },
    { "Content-Type", "names a field that has its own key, content_type" },
    { "Date", WRITTEN },
    { "ETag", WRITTEN },
    { "Last-Modified", WRITTEN },
    { "Proxy-Connection", HOP },
    { "Trailer", "announces trailers, which tiffd does not send" },
    { "Transfer-Encoding", HOP },
    { "Upgrade", HOP },
};

bool
field_is_token(struct span text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];

        if (!isalnum((unsigned char)c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return text.length > 0;
}

const char *
field_name_problem(struct span name)
{
    if (!field_is_token(name))
        return "does not begin with a field name and ':'";
    for (size_t i = 0; i < COUNT(refused); i++)
        if (span_equal_nocase(name, span_of(refused[i].name)))
            return refused[i].reason;
    return NULL;
}

const char *
field_value_problem(struct span value)
{
    for (size_t i = 0; i < value.length; i++) {
        char c = value.at[i];

        if ((c < ' ' && c != '\t') || c > '~')
            return "has a byte that is not printable ASCII";
    }
    return NULL;
}

const char *
field_media_problem(const char *value)
{
    struct span parameters = span_of(value);
    struct span subtype = span_trim(span_cut(&parameters, ';'));
    const struct span type = span_cut(&subtype, '/');

    if (!field_is_token(type) || !field_is_token(subtype))
        return "is not type/subtype";
    return field_value_problem(span_of(value));
}

const char *
field_split(const char *text, struct span *name, struct span *value)
{
    const char *reason;

    *value = span_of(text);
    *name = span_cut(value, ':');
    if (value->at == NULL)
        return "has no ':'";
    *value = span_trim(*value);
    reason = field_name_problem(*name);
    if (reason)
        return reason;
    return value->length > 0 ? field_value_problem(*value) : "has no value";
}
