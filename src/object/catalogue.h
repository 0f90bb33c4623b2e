/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue: URL path -> object. Built by the master before it forks; a worker only looks
 * paths up, so no name from the network ever reaches the file system.
 */
#ifndef OBJECT_CATALOGUE_H
#define OBJECT_CATALOGUE_H

#include <stddef.h>

#include "base/report.h"
#include "base/span.h"
#include "config/config.h"
#include "object/object.h"

#define CATALOGUE_HEAD_MAX                                                                     \
    32768 /* of answer_head_max; an object with more fields is refused                         \
           */

struct catalogue {
    struct object *objects; /* ordered for catalogue_find(); objects[i].index == i */
    size_t count;
    size_t answer_head_max; /* bytes that are enough for any answer's head and a part's behind
                               it */
};

/* Reports an asset that can't be served. No side effects. */
void catalogue_check(const struct config_asset *asset, struct report *report);

/*
 * Opens every object. previous is the catalogue of the generation before, or NULL; what has
 * not changed since is taken over from it. NULL on failure, with a line in the log and nothing
 * held. The catalogue borrows config.
 */
struct catalogue *catalogue_open(const struct config *config, const struct catalogue *previous)
    __attribute__((warn_unused_result));
void catalogue_close(struct catalogue *catalogue);

/* In a process that serves none of it: gives back what the objects hold, and keeps what they
 * are called. */
void catalogue_let_go(const struct catalogue *catalogue);

/* The object at this normalised path, or NULL. */
const struct object *catalogue_find(const struct catalogue *catalogue, struct span path);

/* What an object of another generation has become: that at the same path in the same variant,
 * or NULL. */
const struct object *catalogue_find_heir(const struct catalogue *catalogue,
                                         const struct object *object);

#endif
