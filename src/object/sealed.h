/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sealed: memory that is filled once and never changes again: a memfd that is reserved before
 * it is filled, so that a lack of memory is an error of loading and no SIGBUS later, and that
 * is sealed before it is shared. See memfd_create(2), fcntl(2).
 */
#ifndef OBJECT_SEALED_H
#define OBJECT_SEALED_H

#include <stdbool.h>
#include <stdint.h>

#define SEALED_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

struct sealed {
    int fd;        /* -1: none */
    bool reserved; /* it is made of pages that were reserved for it, see hugepage_memfd() */
    uint64_t size; /* at least what was asked for */
};

/* Reserves so many bytes; at least 1. name: of what will be in it, for the log. 0, or a
 * negative errno with a line in the log and nothing held. may_wait: -EAGAIN, without a line, if
 * there is no room now. */
int sealed_reserve(struct sealed *sealed, const char *name, uint64_t length, bool may_wait)
    __attribute__((warn_unused_result));

/* All of it, to be filled; NULL: a line is in the log. It must be unmapped before it can be
 * sealed. */
char *sealed_fill(const struct sealed *sealed, const char *name);

/* Ends the filling. 0, or a negative errno with a line in the log. */
int sealed_finish(const struct sealed *sealed, const char *name, char *filled)
    __attribute__((warn_unused_result));

/* The same, and keeps only the first length bytes. */
int sealed_finish_at(struct sealed *sealed, const char *name, char *filled, uint64_t length)
    __attribute__((warn_unused_result));

/* Maps the memory for reading, and excludes it from core files, because the bytes are known
 * from the file. NULL: failed, with a line in the log. */
const char *sealed_map(const struct sealed *sealed, const char *name);
void sealed_unmap(const struct sealed *sealed, const char *bytes);

/* The same memory once more. 0, or a negative errno with a line in the log. */
int sealed_share(struct sealed *sealed, const struct sealed *with, const char *name)
    __attribute__((warn_unused_result));

/* Closes what is open. */
void sealed_close(struct sealed *sealed);

/* Is it sealed, and as long as it says? For memory that comes from another process. */
bool sealed_check(const struct sealed *sealed);

#endif
