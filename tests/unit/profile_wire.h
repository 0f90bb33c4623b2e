/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_wire: reads messages of protocol buffers; shares nothing with what writes them. */
#ifndef UNIT_PROFILE_WIRE_H
#define UNIT_PROFILE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are left to read. */
struct wire {
    const unsigned char *at;
    const unsigned char *end;
};

struct wire_field {
    unsigned number;
    uint64_t value;    /* of a number */
    struct wire bytes; /* of everything else */
};

/* The next field. False: no more. Fails the test when there is no sense in it. */
bool wire_next(struct wire *wire, struct wire_field *field);

/* The next number of a packed field. False: no more. */
bool wire_number(struct wire *wire, uint64_t *number);

/* Unpacks gzip; free(3) the bytes. */
unsigned char *wire_unpack(const void *bytes, size_t size, struct wire *wire);

#endif
