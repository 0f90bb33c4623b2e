/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * byteranges: the frame of a multipart/byteranges body (RFC 9110 section 14.6, RFC 2046 section
 * 5.1.1): before each part a delimiter with two fields, after the last a closing delimiter.
 *
 * The boundary is the entity tag without its quotes. It is made from the object's digest, so
 * the object can't hold it, and both ends of a generation know it without storing it.
 */
#ifndef HTTP_BYTERANGES_H
#define HTTP_BYTERANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "http/range.h"
#include "http/representation.h"

enum { BYTERANGES_BOUNDARY_MAX = 70 }; /* RFC 2046 */

struct span byteranges_boundary(const struct representation *representation);

/* Space that is enough for any part's head, and for the closing delimiter. */
size_t byteranges_head_max(const struct representation *representation);

/* Writes what stands before the octets of a part. Returns its length. */
size_t byteranges_part_head(char *out, const struct representation *representation,
                            struct range range);

/* Writes the closing delimiter. Returns its length. */
size_t byteranges_close(char *out, const struct representation *representation);

/* Octets of the whole body. */
uint64_t byteranges_length(const struct representation *representation,
                           const struct range *ranges, size_t count);

/* Appends "bytes first-last/length", a Content-Range. Returns the new end. */
char *byteranges_emit_range(char *out, struct range range, uint64_t length);

#endif
