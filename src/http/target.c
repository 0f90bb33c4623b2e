/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target: checks a request target and reduces it to the one spelling of its path that the
 * catalogue holds. Pure, no allocation.
 */
#include "http/target.h"

#include "http/authority.h"
#include "http/octet.h"

static struct span
target_skip(struct span text, size_t count)
{
    return (struct span){ text.at + count, text.length - count };
}

/* Octets of one class, and percent-encodings of anything but NUL, to the end of the text. */
static enum refusal
check_octets(struct span text, enum octet_class class)
{
    for (;;) {
        text = target_skip(text, octet_run(text, class));
        if (text.length == 0)
            return REFUSAL_NONE;
        if (text.at[0] != '%')
            return REFUSAL_TARGET_OCTET;
        if (text.length < 3 || !octet_is(text.at[1], OCTET_HEX) ||
            !octet_is(text.at[2], OCTET_HEX) || (text.at[1] == '0' && text.at[2] == '0'))
            return REFUSAL_TARGET_ESCAPE;
        text = target_skip(text, 3);
    }
}

static enum refusal
check_path_and_query(struct span text)
{
    const enum refusal refusal = check_octets(span_cut(&text, '?'), OCTET_PATH);

    if (refusal != REFUSAL_NONE || text.at == NULL)
        return refusal;
    return check_octets(text, OCTET_QUERY);
}

/* Length of "http://" or "https://" at the start, in any case; 0 for anything else. */
static size_t
scheme_length(struct span target)
{
    if (target.length >= 7 && strncasecmp(target.at, "http://", 7) == 0)
        return 7;
    if (target.length >= 8 && strncasecmp(target.at, "https://", 8) == 0)
        return 8;
    return 0;
}

/* An authority ends where the path, the query or the text does. */
static size_t
authority_length(struct span text)
{
    size_t length = 0;

    while (length < text.length && text.at[length] != '/' && text.at[length] != '?' &&
           text.at[length] != '#')
        length++;
    return length;
}

static enum refusal
check_absolute(struct span target)
{
    size_t scheme = scheme_length(target);
    struct span rest = target_skip(target, scheme);
    size_t authority = authority_length(rest);

    if (scheme == 0)
        return memmem(target.at, target.length, "://", 3) ? REFUSAL_TARGET_SCHEME
                                                          : REFUSAL_TARGET_FORM;
    if (!authority_valid((struct span){ rest.at, authority }))
        return REFUSAL_TARGET_AUTHORITY;
    return check_path_and_query(target_skip(rest, authority));
}

enum refusal
target_check(struct span target, enum method method)
{
    if (method == METHOD_CONNECT)
        return authority_valid_with_port(target) ? REFUSAL_NONE : REFUSAL_TARGET_FORM;
    if (target.at[0] == '/')
        return check_path_and_query(target);
    if (span_equal(target, SPAN("*")))
        return method == METHOD_OPTIONS ? REFUSAL_NONE : REFUSAL_TARGET_FORM;
    return check_absolute(target);
}

struct span
target_authority(struct span target)
{
    const size_t scheme = scheme_length(target);

    if (scheme == 0)
        return SPAN("");
    target = target_skip(target, scheme);
    return (struct span){ target.at, authority_length(target) };
}

struct span
target_path(struct span target)
{
    size_t scheme = scheme_length(target);
    struct span path = target_skip(target, scheme);

    if (scheme)
        path = target_skip(path, authority_length(path));
    return span_cut(&path, '?');
}

static size_t
decode(struct span path, char *out)
{
    size_t length = 0;

    for (size_t i = 0; i < path.length; i++) {
        char octet = path.at[i];

        if (octet == '%') {
            octet = (char)(octet_hex(path.at[i + 1]) << 4 | octet_hex(path.at[i + 2]));
            octet = octet == '/' ? '\0' : octet;
            i += 2;
        }
        out[length++] = octet;
    }
    return length;
}

/* Where the last segment of path begins, its slash included; 0 at the root. */
static size_t
target_parent(const char *path, size_t length)
{
    while (length > 0 && path[--length] != '/')
        ;
    return length;
}

/* In place: writing never overtakes reading. */
static size_t
remove_dot_segments(char *path, size_t length)
{
    size_t out = 0;

    for (size_t at = 0, next; at < length; at = next) {
        const char *slash = memchr(path + at + 1, '/', length - at - 1);
        struct span segment;

        next = slash ? (size_t)(slash - path) : length;
        segment = (struct span){ path + at, next - at };
        if (span_equal(segment, SPAN("/..")))
            out = target_parent(path, out);
        else if (!span_equal(segment, SPAN("/."))) {
            memmove(path + out, segment.at, segment.length);
            out += segment.length;
            continue;
        }
        if (next == length)
            path[out++] = '/'; /* a last dot segment leaves its directory */
    }
    return out;
}

struct span
target_normalise(struct span path, char *scratch)
{
    size_t length;

    if (path.length == 0)
        return SPAN("/");
    if (memchr(path.at, '%', path.length) == NULL && memchr(path.at, '.', path.length) == NULL)
        return path;
    length = decode(path, scratch);
    length = remove_dot_segments(scratch, length);
    return length ? (struct span){ scratch, length } : SPAN("/");
}
