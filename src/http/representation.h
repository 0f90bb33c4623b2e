/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * representation: what HTTP needs to know about an object (RFC 9110 section 3.2): its length,
 * its validators and the field lines that never change.
 */
#ifndef HTTP_REPRESENTATION_H
#define HTTP_REPRESENTATION_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/span.h"

struct representation {
    uint64_t length;      /* bytes of the representation: after base64, if encoded */
    time_t last_modified; /* seconds since the epoch; 0: there is no such date */
    struct span etag;     /* strong, with its quotes; inside, what a MIME boundary may hold */
    struct span digest;   /* SHA-256 in base64 */
    bool always_digest;   /* sent even without a request for it */
    struct span coding;   /* the value of Content-Encoding; empty: no such field */
    bool varies;          /* it is one of several that Accept-Encoding chooses among */
    struct span content_type; /* also needed alone, for the parts of multipart/byteranges */
    struct span fields;       /* prebuilt lines, each ending in CRLF: Accept-Ranges,
                                 Cache-Control, the section's own */
    struct span common;       /* those of them, at the end, that errors and OPTIONS have, too */
};

#endif
