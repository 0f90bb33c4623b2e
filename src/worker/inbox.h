/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inbox: bytes received from one client that are not yet a whole request head, or requests that
 * wait for the response before them. Allocated only when needed, and as large as they need.
 */
#ifndef WORKER_INBOX_H
#define WORKER_INBOX_H

#include <stddef.h>

#include "http/head.h"

struct inbox {
    size_t length;
    size_t capacity;
    struct head head; /* how far the head at the front has been read */
    char bytes[];
};

/*
 * Keeps the length bytes at `rest`, which lie in *inbox or in a foreign buffer: creates, moves
 * or frees the inbox as needed. No length is above most. 0, or -ENOMEM.
 */
int inbox_keep(struct inbox **inbox, const char *rest, size_t length, const struct head *head,
               size_t most) __attribute__((warn_unused_result));

#endif
