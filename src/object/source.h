/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source: a regular file that an object is made from, and whether it has changed since.
 */
#ifndef OBJECT_SOURCE_H
#define OBJECT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "config/config.h"
#include "shared/load_progress.h"

#define SOURCE_SIZE_MAX (UINT64_C(1) << 62) /* bytes of a file; files are smaller */

struct source {
    int fd;
    dev_t device;
    ino_t inode;
    uint64_t size;
    struct timespec modified;
    struct timespec changed; /* which no call can set, unlike `modified` */
    bool in_memory;          /* the file system is made of memory: no read waits for a disk */
};

/* Reports a file that is missing, unreadable or not a regular file. */
void source_check(const struct config_asset *asset, struct report *report);

/* Opens the asset's file for reading. 0, or a negative errno with a line in the log. */
int source_open(struct source *source, const struct config_asset *asset)
    __attribute__((warn_unused_result));
void source_close(struct source *source);

/* Bytes of the representation of a file of this size. */
uint64_t source_length(uint64_t size, enum encoding encoding);

/* Has the open file kept its size and time of modification? A file that was replaced by
 * rename(2) has: the descriptor still leads to the old one. 0; -ESTALE: it has changed; another
 * negative errno: the file system can't tell now. */
int source_verify(const struct source *source) __attribute__((warn_unused_result));

/* Is the open file the one that was announced? As source_verify(). */
int source_identify(const struct source *source, int fd) __attribute__((warn_unused_result));

/* Do both lead to the same file, with the same size and time of modification? */
bool source_alike(const struct source *a, const struct source *b);

/* The same, and is the time of status change the same, too? If not, the bytes can still be the
 * same: rename(2), chmod(2) and link(2) change it. */
bool source_same(const struct source *a, const struct source *b);

/*
 * Reads the whole file once, encodes it, and takes the SHA-256 digest of the result. target
 * holds the representation (base64_length() bytes where encoded), or is NULL when only the
 * digest is wanted. 0, -ESTALE when the file changed meanwhile, or another negative errno; a
 * failure has a line in the log.
 */
int source_load(const struct source *source, const struct config_asset *asset, char *target,
                unsigned char *digest, struct load_progress *progress)
    __attribute__((warn_unused_result));

/* The same without a line. */
int source_read(const struct source *source, enum encoding encoding, char *target,
                unsigned char *digest, struct load_progress *progress)
    __attribute__((warn_unused_result));

/* Takes a piece of a file. 0, or a negative errno that ends the reading. */
typedef int source_piece(void *argument, const void *bytes, size_t count, bool last);

/* Reads the whole file once, without a line in the log. 0, -ESTALE when it changed meanwhile,
 * what take() returned, or another negative errno. */
int source_pieces(const struct source *source, source_piece *take, void *argument,
                  struct load_progress *progress) __attribute__((warn_unused_result));

/* Fills source from an open file. NULL, or why it can't be served. */
const char *source_examine(struct source *source, int fd);

#endif
