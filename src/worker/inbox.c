/* SPDX-License-Identifier: BSD-2-Clause */
/* inbox: see inbox.h. */
#include "worker/inbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
inbox_keep(struct inbox **inbox, const char *rest, size_t length, const struct head *head,
           size_t capacity)
{
    assert(length <= capacity);
    if (length == 0) {
        free(*inbox);
        *inbox = NULL;
        return 0;
    }
    if (*inbox == NULL && (*inbox = malloc(sizeof(**inbox) + capacity)) == NULL)
        return -ENOMEM;
    memmove((*inbox)->bytes, rest, length);
    (*inbox)->length = length;
    (*inbox)->head = *head;
    return 0;
}
