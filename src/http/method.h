/* SPDX-License-Identifier: BSD-2-Clause */
/* method: the methods that tiffd distinguishes (RFC 9110 section 9, RFC 5789). */
#ifndef HTTP_METHOD_H
#define HTTP_METHOD_H

#include <stdbool.h>

#include "base/span.h"

enum method {
    METHOD_UNKNOWN, /* no standard one: 501 */
    METHOD_KNOWN,   /* standard, but not for objects: 405 */
    METHOD_CONNECT, /* the same, with a target of its own form */
    METHOD_GET,
    METHOD_HEAD,
    METHOD_OPTIONS,
};

/* The value of Allow. */
#define METHOD_ALLOWED "GET, HEAD, OPTIONS"

/* Methods are case-sensitive: "get" is unknown. */
enum method method_lookup(struct span name);

static inline bool
method_allowed(enum method method)
{
    return method >= METHOD_GET;
}

#endif
