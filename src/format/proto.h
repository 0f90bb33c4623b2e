/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto: writes protocol buffers (protobuf.dev, "Encoding"), but only what profile.proto needs.
 */
#ifndef FORMAT_PROTO_H
#define FORMAT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that is being written. Zeroed: empty. */
struct proto {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    bool failed; /* out of memory; further calls are ignored */
};

void proto_free(struct proto *proto);

/* Empties the message and keeps its memory for the next one. */
void proto_clear(struct proto *proto);

/* A field of type int64, uint64 or bool; omitted if it is 0, the default. */
void proto_number(struct proto *proto, unsigned field, uint64_t value);

/* A field of type string, bytes or message. */
void proto_bytes(struct proto *proto, unsigned field, const void *bytes, size_t size);
void proto_message(struct proto *proto, unsigned field, const struct proto *message);

/* A repeated field of numbers, packed. */
void proto_numbers(struct proto *proto, unsigned field, const uint64_t *values, size_t count);

#endif
