/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * span: a view of bytes owned by somebody else. Not NUL-terminated; at may be NULL when length
 * is 0.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *at;
    size_t length;
};

/* A span over a string literal. */
#define SPAN(literal) ((struct span){ .at = (literal), .length = sizeof(literal) - 1 })

static inline struct span
span_of(const char *text)
{
    return (struct span){ .at = text, .length = strlen(text) };
}

static inline bool
span_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/* Equal when the case of ASCII letters is ignored, as for field names and most HTTP tokens. */
static inline bool
span_equal_nocase(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || strncasecmp(a.at, b.at, a.length) == 0);
}

/* Without the blanks and tabs at both ends. */
static inline struct span
span_trim(struct span text)
{
    while (text.length > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 &&
           (text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* Cuts off rest what comes before the separator, and the separator. Where there is none that is
 * all, and rest->at becomes NULL, as for strsep(3). */
static inline struct span
span_cut(struct span *rest, char separator)
{
    const char *end = rest->length > 0 ? memchr(rest->at, separator, rest->length) : NULL;
    struct span part = *rest;

    *rest = (struct span){ NULL, 0 };
    if (end) {
        rest->at = end + 1;
        rest->length = part.length - (size_t)(end + 1 - part.at);
        part.length = (size_t)(end - part.at);
    }
    return part;
}

#endif
