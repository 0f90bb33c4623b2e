/* SPDX-License-Identifier: BSD-2-Clause */
/* inbox: see inbox.h. */
#include "worker/inbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INBOX_MIN 512 /* bytes, all in all */

/* A power of two with what stands before the bytes, because allocators have a size class for
 * it. */
static size_t
capacity_for(size_t length, size_t most)
{
    size_t size = INBOX_MIN;

    while (size < sizeof(struct inbox) + length)
        size *= 2;
    return size < sizeof(struct inbox) + most ? size - sizeof(struct inbox) : most;
}

/* A larger one in place of the old one. */
static struct inbox *
inbox_enlarge(struct inbox *old, size_t length, size_t most)
{
    const size_t capacity = capacity_for(length, most);
    struct inbox *inbox = malloc(sizeof(*inbox) + capacity);

    if (inbox == NULL)
        return NULL;
    inbox->capacity = capacity;
    free(old);
    return inbox;
}

int
inbox_keep(struct inbox **inbox, const char *rest, size_t length, const struct head *head,
           size_t most)
{
    struct inbox *kept = *inbox;

    assert(length <= most);
    if (length == 0) {
        free(*inbox);
        *inbox = NULL;
        return 0;
    }
    if ((kept == NULL || kept->capacity < length) &&
        (kept = inbox_enlarge(*inbox, length, most)) == NULL)
        return -ENOMEM;
    memmove(kept->bytes, rest, length);
    kept->length = length;
    kept->head = *head;
    *inbox = kept;
    return 0;
}
