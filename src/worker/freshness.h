/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * freshness: whether the file of an object is still the one that was announced. A file that was
 * found changed stays away until a reload, even if it changes back. Objects in memory can't
 * change.
 */
#ifndef WORKER_FRESHNESS_H
#define WORKER_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

struct object;
struct worker;

/* Of one object. */
struct freshness {
    uint64_t seen; /* ms, worker->now when the file was last looked at */
    bool stale;    /* it has changed: answered with 500 */
};

/* May an answer begin? Says in the log when the file has changed. */
bool freshness_begin(struct worker *worker, const struct object *object);

/*
 * May a piece leave that has just been read? A look at each of them would cost streaming 2 to 4
 * percent, so there is one a millisecond, and always one at the last piece of a body: nobody
 * gets a whole answer with bytes of another file.
 */
bool freshness_go_on(struct worker *worker, const struct object *object, bool last);

#endif
