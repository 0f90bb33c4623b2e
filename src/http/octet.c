/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * octet: the table behind octet_is(). Each set is written as its grammar has it and the
 * compiler works out the 256 entries, so no table made by hand can be wrong in one place.
 */
#include "http/octet.h"

#define DIGIT(c) ((c) >= '0' && (c) <= '9')
#define ALPHA(c) (((c) >= 'a' && (c) <= 'z') || ((c) >= 'A' && (c) <= 'Z'))
#define HEX(c)   (DIGIT(c) || ((c) >= 'a' && (c) <= 'f') || ((c) >= 'A' && (c) <= 'F'))
#define VCHAR(c) ((c) >= 0x21 && (c) <= 0x7e)
#define OBS(c)   ((c) >= 0x80)

#define TOKEN_MARK(c)                                                                          \
    ((c) == '!' || (c) == '#' || (c) == '$' || (c) == '%' || (c) == '&' || (c) == '\'' ||      \
     (c) == '*' || (c) == '+' || (c) == '-' || (c) == '.' || (c) == '^' || (c) == '_' ||       \
     (c) == '`' || (c) == '|' || (c) == '~')
#define SUB_DELIM(c)                                                                           \
    ((c) == '!' || (c) == '$' || (c) == '&' || (c) == '\'' || (c) == '(' || (c) == ')' ||      \
     (c) == '*' || (c) == '+' || (c) == ',' || (c) == ';' || (c) == '=')
#define UNRESERVED(c)                                                                          \
    (ALPHA(c) || DIGIT(c) || (c) == '-' || (c) == '.' || (c) == '_' || (c) == '~')

#define TOKEN(c)    (ALPHA(c) || DIGIT(c) || TOKEN_MARK(c))
#define VALUE(c)    (VCHAR(c) || OBS(c) || (c) == ' ' || (c) == '\t')
#define ETAG(c)     ((VCHAR(c) && (c) != '"') || OBS(c))
#define REG_NAME(c) (UNRESERVED(c) || SUB_DELIM(c))
#define PATH(c)     (REG_NAME(c) || (c) == ':' || (c) == '@' || (c) == '/')
#define QUERY(c)    (PATH(c) || (c) == '?')

#define CLASSES(c)                                                                             \
    ((TOKEN(c) ? OCTET_TOKEN : 0) | (VALUE(c) ? OCTET_VALUE : 0) |                             \
     (ETAG(c) ? OCTET_ETAG : 0) | (PATH(c) ? OCTET_PATH : 0) | (QUERY(c) ? OCTET_QUERY : 0) |  \
     (REG_NAME(c) ? OCTET_REG_NAME : 0) | (DIGIT(c) ? OCTET_DIGIT : 0) |                       \
     (HEX(c) ? OCTET_HEX : 0))
#define FOUR(c)    CLASSES(c), CLASSES((c) + 1), CLASSES((c) + 2), CLASSES((c) + 3)
#define SIXTEEN(c) FOUR(c), FOUR((c) + 4), FOUR((c) + 8), FOUR((c) + 12)

const uint8_t octet_classes[256] = {
    SIXTEEN(0x00), SIXTEEN(0x10), SIXTEEN(0x20), SIXTEEN(0x30), SIXTEEN(0x40), SIXTEEN(0x50),
    SIXTEEN(0x60), SIXTEEN(0x70), SIXTEEN(0x80), SIXTEEN(0x90), SIXTEEN(0xa0), SIXTEEN(0xb0),
    SIXTEEN(0xc0), SIXTEEN(0xd0), SIXTEEN(0xe0), SIXTEEN(0xf0),
};
