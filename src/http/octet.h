/* SPDX-License-Identifier: BSD-2-Clause */
/* octet: the character sets of RFC 9110 and RFC 3986 as one table of 256 bit sets. */
#ifndef HTTP_OCTET_H
#define HTTP_OCTET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum octet_class {
    OCTET_TOKEN = 1 << 0,    /* tchar, RFC 9110 section 5.6.2 */
    OCTET_VALUE = 1 << 1,    /* field-vchar, SP and HTAB, section 5.5 */
    OCTET_ETAG = 1 << 2,     /* etagc, section 8.8.3 */
    OCTET_PATH = 1 << 3,     /* pchar less "%", and "/", RFC 3986 section 3.3 */
    OCTET_QUERY = 1 << 4,    /* the same and "?", section 3.4 */
    OCTET_REG_NAME = 1 << 5, /* unreserved and sub-delims, section 3.2.2 */
    OCTET_DIGIT = 1 << 6,
    OCTET_HEX = 1 << 7,
};

extern const uint8_t octet_classes[256];

static inline bool
octet_is(char octet, enum octet_class class)
{
    return (octet_classes[(unsigned char)octet] & (unsigned)class) != 0;
}

/* How many octets at the start of text are of this class. */
static inline size_t
octet_run(struct span text, enum octet_class class)
{
    size_t length = 0;

    while (length < text.length && octet_is(text.at[length], class))
        length++;
    return length;
}

/* True of the empty span too. */
static inline bool
octet_all(struct span text, enum octet_class class)
{
    return octet_run(text, class) == text.length;
}

/* The value of a hexadecimal digit. */
static inline unsigned
octet_hex(char digit)
{
    return octet_is(digit, OCTET_DIGIT) ? (unsigned)(digit - '0')
                                        : ((unsigned char)digit | 0x20U) - 'a' + 10;
}

#endif
