/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refusal: the table of names, statuses and texts. There is one row for each reason, so that a
 * log line tells exactly what a peer did, and a test can refer to it by name. Every refusal
 * closes the connection: after a malformed head nobody can tell where the next request would
 * begin.
 */
#include "http/refusal.h"

static const struct refusal_info refusals[REFUSAL_COUNT] = {
    [REFUSAL_NONE] = { "none", 0, "" },

    [REFUSAL_EMPTY_LINES] = { "empty-lines", 400, "too many empty lines before the request" },
    [REFUSAL_BARE_LF] = { "bare-lf", 400, "a line ends in LF without CR" },
    [REFUSAL_BARE_CR] = { "bare-cr", 400, "a CR is not followed by LF" },
    [REFUSAL_HEAD_SIZE] = { "head-size", 431, "the head is larger than the limit" },

    [REFUSAL_REQUEST_LINE] = { "request-line", 400,
                               "the request line is not: method SP target SP version" },
    [REFUSAL_METHOD] = { "method", 400, "the method is not a token" },
    [REFUSAL_METHOD_LENGTH] = { "method-length", 501, "no method has so long a name" },
    [REFUSAL_VERSION_SYNTAX] = { "version-syntax", 400, "the version is not HTTP/digit.digit" },
    [REFUSAL_VERSION] = { "version", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here" },
    [REFUSAL_TARGET_LENGTH] = { "target-length", 414, "the target is longer than the limit" },
    [REFUSAL_TARGET_FORM] = { "target-form", 400,
                              "the method does not allow this form of target" },
    [REFUSAL_TARGET_OCTET] = { "target-octet", 400,
                               "the target holds an octet that a URI must encode" },
    [REFUSAL_TARGET_ESCAPE] = { "target-escape", 400,
                                "the target holds %00, or % without two hexadecimal digits" },
    [REFUSAL_TARGET_SCHEME] = { "target-scheme", 400,
                                "the target's scheme is neither http nor https" },
    [REFUSAL_TARGET_AUTHORITY] = { "target-authority", 400,
                                   "the target's authority is not: host [:port]" },

    [REFUSAL_FIELD_COUNT] = { "field-count", 431, "more fields than the limit" },
    [REFUSAL_FIELD_FOLD] = { "field-fold", 400, "a field line begins with white space" },
    [REFUSAL_FIELD_SPACE] = { "field-space", 400, "white space follows a field name" },
    [REFUSAL_FIELD_COLON] = { "field-colon", 400, "a field line has no colon" },
    [REFUSAL_FIELD_NAME] = { "field-name", 400, "a field name is not a token" },
    [REFUSAL_FIELD_VALUE] = { "field-value", 400, "a field value holds a control octet" },

    [REFUSAL_HOST_MISSING] = { "host-missing", 400, "HTTP/1.1 needs a Host field" },
    [REFUSAL_HOST_REPEATED] = { "host-repeated", 400, "more than one Host field" },
    [REFUSAL_HOST_INVALID] = { "host-invalid", 400, "the Host field is not: host [:port]" },

    [REFUSAL_LENGTH_REPEATED] = { "length-repeated", 400,
                                  "more than one Content-Length field" },
    [REFUSAL_LENGTH_INVALID] = { "length-invalid", 400,
                                 "Content-Length is not a number below 2^63" },
    [REFUSAL_CODING_LENGTH] = { "coding-length", 400,
                                "Transfer-Encoding and Content-Length exclude each other" },
    [REFUSAL_CODING_VERSION] = { "coding-version", 400, "HTTP/1.0 has no Transfer-Encoding" },
    [REFUSAL_CODING_INVALID] = { "coding-invalid", 400,
                                 "Transfer-Encoding does not end in one chunked" },
    [REFUSAL_CONTENT] = { "content", 400, "content with a method that has no use for it" },

    [REFUSAL_PARSER] = { "parser", 400, "two parsers read the head differently" },
    [REFUSAL_CONDITIONS] = { "conditions", 431, "too many conditional fields" },
};

const struct refusal_info *
refusal_info(enum refusal refusal)
{
    return &refusals[refusal < REFUSAL_COUNT ? refusal : REFUSAL_NONE];
}
