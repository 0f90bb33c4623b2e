/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_protocol: the header by which a proxy tells for whom it connects (The PROXY protocol,
 * versions 1 and 2, haproxy.org). It comes once, before everything else.
 */
#ifndef HTTP_PROXY_PROTOCOL_H
#define HTTP_PROXY_PROTOCOL_H

#include <stddef.h>

#include "base/address.h"

enum { PROXY_PROTOCOL_MAX = 1024 }; /* bytes; a longer one is refused */

enum proxy_protocol {
    PROXY_PROTOCOL_MORE, /* so far it is good */
    PROXY_PROTOCOL_DONE,
    PROXY_PROTOCOL_BAD,
};

/* Looks at all that has come. DONE: *consumed bytes were the header, and *client is whom it
 * names; its family is AF_UNSPEC if that is nobody (LOCAL, UNKNOWN). */
enum proxy_protocol proxy_protocol_read(const char *bytes, size_t length, size_t *consumed,
                                        struct address *client)
    __attribute__((warn_unused_result));

#endif
