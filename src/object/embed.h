/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * embed: the files that `configure --with-embed` put into this program. The build writes both
 * halves, see scripts/embed: the bytes (embed.S, page aligned, in .rodata) and this table
 * (embed_table.c). The media type is not in it: media_type.h tells it from the name.
 */
#ifndef OBJECT_EMBED_H
#define OBJECT_EMBED_H

#include <stddef.h>
#include <stdint.h>

struct embed {
    const char *name; /* without directories; ends in .b64 for the base64 form of a file */
    const unsigned char *bytes;
    uint64_t size;
    int64_t last_modified;    /* of the source file, in seconds since the epoch */
    unsigned char digest[32]; /* SHA-256 of bytes */
};

extern const struct embed embed_table[]; /* in the order of --with-embed, names unique */
extern const size_t embed_count;

#endif
