/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_wire: see profile_wire.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#include "profile_wire.h"

bool
wire_number(struct wire *wire, uint64_t *number)
{
    unsigned shift = 0;

    if (wire->at == wire->end)
        return false;
    *number = 0;
    do {
        assert_true(wire->at < wire->end && shift < 64);
        *number |= (uint64_t)(*wire->at & 0x7f) << shift;
        shift += 7;
    } while (*wire->at++ & 0x80);
    return true;
}

bool
wire_next(struct wire *wire, struct wire_field *field)
{
    uint64_t tag;

    *field = (struct wire_field){ 0 };
    if (!wire_number(wire, &tag))
        return false;
    field->number = (unsigned)(tag >> 3);
    assert_true((tag & 7) == 0 || (tag & 7) == 2);
    assert_true(wire_number(wire, &field->value));
    if ((tag & 7) == 0)
        return true;
    assert_true(field->value <= (uint64_t)(wire->end - wire->at));
    field->bytes = (struct wire){ wire->at, wire->at + field->value };
    wire->at += field->value;
    return true;
}

unsigned char *
wire_unpack(const void *bytes, size_t size, struct wire *wire)
{
    const size_t capacity = (size_t)16 * 1024 * 1024;
    unsigned char *unpacked = malloc(capacity);
    z_stream stream = { 0 };

    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = unpacked;
    stream.avail_out = (uInt)capacity;
    assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    *wire = (struct wire){ unpacked, unpacked + stream.total_out };
    inflateEnd(&stream);
    return unpacked;
}
