/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto: writes protocol buffers (protobuf.dev, "Encoding"), as far as profile.proto needs
 * them.
 */
#ifndef FORMAT_PROTO_H
#define FORMAT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that is being written. All zero: an empty one. */
struct proto {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    bool failed; /* without memory; what follows is ignored */
};

void proto_free(struct proto *proto);

/* Forgets what was written; keeps the memory for the next message. */
void proto_clear(struct proto *proto);

/* A field of type int64, uint64 or bool; left out when it is 0, which readers assume. */
void proto_number(struct proto *proto, unsigned field, uint64_t value);

/* A field of type string, bytes or message. */
void proto_bytes(struct proto *proto, unsigned field, const void *bytes, size_t size);
void proto_message(struct proto *proto, unsigned field, const struct proto *message);

/* A repeated field of numbers, packed. */
void proto_numbers(struct proto *proto, unsigned field, const uint64_t *values, size_t count);

#endif
