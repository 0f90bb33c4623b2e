/* SPDX-License-Identifier: BSD-2-Clause */
/* reply: writes the observer's responses, one per connection. */
#ifndef OBSERVER_REPLY_H
#define OBSERVER_REPLY_H

#include "base/span.h"
#include "observer/peer.h"

struct reply {
    unsigned status;
    const char *type;      /* media type */
    const char *policy;    /* Content-Security-Policy (W3C CSP 3); NULL: nothing is loaded */
    const char *file_name; /* to save the content as; NULL: none */
    const char *allow;     /* methods, for 405; else NULL */
    struct span content;
    bool head_only; /* answers HEAD: without the content, and without its length, which a
                     * reply to GET may well not have (RFC 9110 section 9.3.2) */
};

/* 0 or a negative errno. */
int reply_send(const struct reply *reply, const struct peer *peer)
    __attribute__((warn_unused_result));

/* "404 Not Found: why" as plain text. */
int reply_send_error(unsigned status, const char *why, const char *allow, bool head_only,
                     const struct peer *peer) __attribute__((warn_unused_result));

#endif
