/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base64: RFC 4648 section 4, in one line, padded.
 */
#ifndef OBJECT_BASE64_H
#define OBJECT_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Length of the encoding of size bytes, which must be below 3 * 2^62. */
static inline uint64_t
base64_length(uint64_t size)
{
    return (size + 2) / 3 * 4;
}

/* Encodes size bytes; out has space for base64_length(size), which is returned. Not in place.
 * Uses the widest vectors that this processor has. */
size_t base64_encode(char *out, const unsigned char *in, size_t size);

/* The same without vectors, on any processor. */
size_t base64_encode_portable(char *out, const unsigned char *in, size_t size);

#endif
