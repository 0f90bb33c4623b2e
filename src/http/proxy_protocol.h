/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_protocol: the header in which a proxy states the address of its client (The PROXY
 * protocol, versions 1 and 2, haproxy.org). It comes once, before everything else.
 */
#ifndef HTTP_PROXY_PROTOCOL_H
#define HTTP_PROXY_PROTOCOL_H

#include <stddef.h>

#include "base/address.h"

enum { PROXY_PROTOCOL_MAX = 1024 }; /* bytes; a longer one is refused */

enum proxy_protocol {
    PROXY_PROTOCOL_MORE, /* valid so far, but incomplete */
    PROXY_PROTOCOL_DONE,
    PROXY_PROTOCOL_BAD,
};

/* Parses all bytes received so far. DONE: the header has *consumed bytes, and *client is the
 * address in it, or AF_UNSPEC if it has none (LOCAL, UNKNOWN). */
enum proxy_protocol proxy_protocol_read(const char *bytes, size_t length, size_t *consumed,
                                        struct address *client)
    __attribute__((warn_unused_result));

#endif
