/* SPDX-License-Identifier: BSD-2-Clause */
/* proto: a growing buffer and variable-length integers. */
#include "format/proto.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, LENGTH_DELIMITED = 2, VARINT_MAX = 10 };

void
proto_free(struct proto *proto)
{
    free(proto->bytes);
    *proto = (struct proto){ 0 };
}

void
proto_clear(struct proto *proto)
{
    proto->size = 0;
}

static bool
proto_reserve(struct proto *proto, size_t more)
{
    size_t capacity = proto->capacity > 0 ? proto->capacity : 256;
    unsigned char *bytes;

    if (proto->failed)
        return false;
    if (proto->capacity - proto->size >= more)
        return true;
    while (capacity - proto->size < more)
        capacity *= 2;
    if ((bytes = realloc(proto->bytes, capacity)) == NULL) {
        proto->failed = true;
        return false;
    }
    proto->bytes = bytes;
    proto->capacity = capacity;
    return true;
}

/* Seven bits per byte, the lowest first; the eighth bit marks that more follow. */
static size_t
put_varint(unsigned char *at, uint64_t value)
{
    size_t size = 0;

    for (; value > 0x7f; value >>= 7)
        at[size++] = (unsigned char)(value | 0x80);
    at[size++] = (unsigned char)value;
    return size;
}

static void
add_varint(struct proto *proto, uint64_t value)
{
    if (proto_reserve(proto, VARINT_MAX))
        proto->size += put_varint(proto->bytes + proto->size, value);
}

static void
add_tag(struct proto *proto, unsigned field, unsigned type)
{
    add_varint(proto, (uint64_t)field << 3 | type);
}

void
proto_number(struct proto *proto, unsigned field, uint64_t value)
{
    if (value == 0)
        return;
    add_tag(proto, field, VARINT);
    add_varint(proto, value);
}

void
proto_bytes(struct proto *proto, unsigned field, const void *bytes, size_t size)
{
    add_tag(proto, field, LENGTH_DELIMITED);
    add_varint(proto, size);
    if (size == 0 || !proto_reserve(proto, size))
        return;
    memcpy(proto->bytes + proto->size, bytes, size);
    proto->size += size;
}

void
proto_message(struct proto *proto, unsigned field, const struct proto *message)
{
    proto->failed |= message->failed;
    proto_bytes(proto, field, message->bytes, message->size);
}

void
proto_numbers(struct proto *proto, unsigned field, const uint64_t *values, size_t count)
{
    unsigned char scratch[VARINT_MAX];
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += put_varint(scratch, values[i]);
    add_tag(proto, field, LENGTH_DELIMITED);
    add_varint(proto, size);
    for (size_t i = 0; i < count; i++)
        add_varint(proto, values[i]);
}
