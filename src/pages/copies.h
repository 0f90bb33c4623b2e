/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copies: further copies of objects' bytes in memory: in buffers of workers (what threads have
 * read from a disk, and what a full socket refused), and in the send queues of sockets.
 */
#ifndef PAGES_COPIES_H
#define PAGES_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observer/view.h"

/* A worker's, of one object. */
struct copies_entry {
    const struct view *view;
    uint32_t label; /* of the object; LABEL_NONE: heads, and small bodies beside them */
    unsigned worker;
    uint64_t buffered; /* bytes */
    uint64_t queued;
};

struct copies {
    struct copies_entry *entries; /* in the order of generations, labels, workers */
    size_t count;
    uint64_t buffered; /* sums */
    uint64_t queued;
    bool queues_known;
};

/* Those of all workers of a scope (SCOPE_ALL or a number). queues: look at them, too. 0 or
 * -ENOMEM. */
int copies_take(struct copies *copies, const struct view *newest, int worker, bool queues)
    __attribute__((warn_unused_result));
void copies_free(struct copies *copies);

/* Those of an object; how many. */
size_t copies_find(const struct copies *copies, const struct view *view, uint32_t label,
                   const struct copies_entry **first);

#endif
