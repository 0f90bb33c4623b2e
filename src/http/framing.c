/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framing: Content-Length and Transfer-Encoding, read so that no other program can see a
 * different end of the request: one length, digits only, never both fields, chunked once and
 * last. tiffd reads no content at all; announced content makes it close the connection.
 */
#include "http/framing.h"

#include "http/header.h"
#include "http/octet.h"

enum refusal
framing_add_length(struct framing *framing, struct span value)
{
    if (framing->has_length)
        return REFUSAL_LENGTH_REPEATED;
    framing->has_length = true;
    if (value.length == 0 || !octet_all(value, OCTET_DIGIT))
        return REFUSAL_LENGTH_INVALID;
    for (size_t i = 0; i < value.length; i++) {
        unsigned digit = (unsigned)(value.at[i] - '0');

        if (framing->length > ((uint64_t)INT64_MAX - digit) / 10)
            return REFUSAL_LENGTH_INVALID;
        framing->length = framing->length * 10 + digit;
    }
    return REFUSAL_NONE;
}

static enum refusal
add_coding(struct framing *framing, struct span coding)
{
    struct span name = { coding.at, octet_run(coding, OCTET_TOKEN) };
    struct span parameters =
        span_trim((struct span){ coding.at + name.length, coding.length - name.length });

    if (framing->chunked || name.length == 0)
        return REFUSAL_CODING_INVALID;
    if (parameters.length && parameters.at[0] != ';')
        return REFUSAL_CODING_INVALID;
    framing->chunked = span_equal_nocase(name, SPAN("chunked"));
    if (framing->chunked && parameters.length)
        return REFUSAL_CODING_INVALID;
    return REFUSAL_NONE;
}

enum refusal
framing_add_coding(struct framing *framing, struct span value)
{
    enum refusal refusal = REFUSAL_NONE;
    struct span coding;

    framing->has_coding = true;
    while (refusal == REFUSAL_NONE && header_list_next(&value, &coding))
        refusal = add_coding(framing, coding);
    return refusal;
}

enum refusal
framing_check(const struct framing *framing, enum method method, unsigned minor)
{
    if (framing->has_coding && framing->has_length)
        return REFUSAL_CODING_LENGTH;
    if (framing->has_coding && minor == 0)
        return REFUSAL_CODING_VERSION;
    if (framing->has_coding && !framing->chunked)
        return REFUSAL_CODING_INVALID;
    if (method_allowed(method) && framing_announces_content(framing))
        return REFUSAL_CONTENT;
    return REFUSAL_NONE;
}
