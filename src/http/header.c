/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header: names and lists. The look-up runs twice for each field of each request,
 * so it starts at the first name of the right length and compares the first letter before it
 * calls anything.
 */
#include "http/header.h"

#include "base/count.h"

#define NAME(text)                                                                             \
    {                                                                                          \
        (text), sizeof(text) - 1                                                               \
    }

/* In order of length. */
static const struct {
    struct span name;
    enum header header;
} fields[] = {
    { NAME("host"), HEADER_HOST },
    { NAME("range"), HEADER_RANGE },
    { NAME("expect"), HEADER_EXPECT },
    { NAME("origin"), HEADER_ORIGIN },
    { NAME("if-match"), HEADER_IF_MATCH },
    { NAME("if-range"), HEADER_IF_RANGE },
    { NAME("connection"), HEADER_CONNECTION },
    { NAME("traceparent"), HEADER_TRACEPARENT },
    { NAME("want-digest"), HEADER_WANT_DIGEST },
    { NAME("x-request-id"), HEADER_X_REQUEST_ID },
    { NAME("if-none-match"), HEADER_IF_NONE_MATCH },
    { NAME("content-length"), HEADER_CONTENT_LENGTH },
    { NAME("accept-encoding"), HEADER_ACCEPT_ENCODING },
    { NAME("want-repr-digest"), HEADER_WANT_REPR_DIGEST },
    { NAME("if-modified-since"), HEADER_IF_MODIFIED_SINCE },
    { NAME("transfer-encoding"), HEADER_TRANSFER_ENCODING },
    { NAME("if-unmodified-since"), HEADER_IF_UNMODIFIED_SINCE },
};

enum { LONGEST = 19 };

/* Index of the first name that is at least this long. */
static const unsigned char first_of_length[LONGEST + 1] = {
    0, 0, 0, 0, 0, 1, 2, 4, 4, 6, 6, 7, 9, 10, 11, 12, 13, 14, 16, 16
};

enum header
header_lookup(struct span name)
{
    if (name.length > LONGEST)
        return HEADER_OTHER;
    for (size_t i = first_of_length[name.length];
         i < COUNT(fields) && fields[i].name.length == name.length; i++)
        if ((name.at[0] | 0x20) == fields[i].name.at[0] &&
            span_equal_nocase(name, fields[i].name))
            return fields[i].header;
    return HEADER_OTHER;
}

bool
header_list_next(struct span *list, struct span *element)
{
    while (list->length) {
        *element = span_trim(span_cut(list, ','));
        if (element->length)
            return true;
    }
    return false;
}
