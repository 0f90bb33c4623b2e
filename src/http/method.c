/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * method: names of the standard methods. Known methods that objects do not support get 405, all
 * others 501 (RFC 9110 section 9.1).
 */
#include "http/method.h"

#include "base/count.h"

static const struct {
    struct span name;
    enum method method;
} methods[] = {
    { { "GET", 3 }, METHOD_GET },         { { "HEAD", 4 }, METHOD_HEAD },
    { { "OPTIONS", 7 }, METHOD_OPTIONS }, { { "POST", 4 }, METHOD_KNOWN },
    { { "PUT", 3 }, METHOD_KNOWN },       { { "DELETE", 6 }, METHOD_KNOWN },
    { { "PATCH", 5 }, METHOD_KNOWN },     { { "TRACE", 5 }, METHOD_KNOWN },
    { { "CONNECT", 7 }, METHOD_CONNECT },
};

enum method
method_lookup(struct span name)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (span_equal(name, methods[i].name))
            return methods[i].method;
    return METHOD_UNKNOWN;
}
