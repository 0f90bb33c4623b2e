/* SPDX-License-Identifier: BSD-2-Clause */
/* refusal: every reason to refuse a request before it is interpreted. */
#ifndef HTTP_REFUSAL_H
#define HTTP_REFUSAL_H

enum refusal {
    REFUSAL_NONE,

    /* Lines, RFC 9112 sections 2.2 and 5.2. */
    REFUSAL_EMPTY_LINES,
    REFUSAL_BARE_LF,
    REFUSAL_BARE_CR,
    REFUSAL_HEAD_SIZE,

    /* The request line, section 3. */
    REFUSAL_REQUEST_LINE,
    REFUSAL_METHOD,
    REFUSAL_METHOD_LENGTH,
    REFUSAL_VERSION_SYNTAX,
    REFUSAL_VERSION,
    REFUSAL_TARGET_LENGTH,
    REFUSAL_TARGET_FORM,
    REFUSAL_TARGET_OCTET,
    REFUSAL_TARGET_ESCAPE,
    REFUSAL_TARGET_SCHEME,
    REFUSAL_TARGET_AUTHORITY,

    /* Field lines, section 5. */
    REFUSAL_FIELD_COUNT,
    REFUSAL_FIELD_FOLD,
    REFUSAL_FIELD_SPACE,
    REFUSAL_FIELD_COLON,
    REFUSAL_FIELD_NAME,
    REFUSAL_FIELD_VALUE,

    /* Host, section 3.2. */
    REFUSAL_HOST_MISSING,
    REFUSAL_HOST_REPEATED,
    REFUSAL_HOST_INVALID,

    /* Framing, section 6. */
    REFUSAL_LENGTH_REPEATED,
    REFUSAL_LENGTH_INVALID,
    REFUSAL_CODING_LENGTH,
    REFUSAL_CODING_VERSION,
    REFUSAL_CODING_INVALID,
    REFUSAL_CONTENT,

    /* After the strict pass. */
    REFUSAL_PARSER,
    REFUSAL_CONDITIONS,

    REFUSAL_COUNT
};

struct refusal_info {
    const char *name; /* one word, for logs and statistics */
    unsigned status;
    const char *text; /* one line for people, without an end */
};

/* The row of a refusal; REFUSAL_NONE has an empty one. Never NULL. */
const struct refusal_info *refusal_info(enum refusal refusal);

#endif
