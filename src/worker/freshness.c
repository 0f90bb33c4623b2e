/* SPDX-License-Identifier: BSD-2-Clause */
/* freshness: see freshness.h. */
#include "worker/freshness.h"

#include "worker/worker.h"

static bool
look(struct worker *worker, const struct object *object)
{
    struct freshness *freshness = &worker->freshness[object->index];

    freshness->seen = worker->now;
    freshness->stale = !object->ops->intact(object);
    return !freshness->stale;
}

bool
freshness_begin(struct worker *worker, const struct object *object)
{
    if (object->ops->intact == NULL)
        return true;
    if (worker->freshness[object->index].stale)
        return false;
    if (look(worker, object))
        return true;
    log_warning("asset %s: %s: changed; answered with 500 until a reload", object->asset->path,
                object->asset->file);
    return false;
}

bool
freshness_go_on(struct worker *worker, const struct object *object, bool last)
{
    const struct freshness *freshness = &worker->freshness[object->index];

    if (object->ops->intact == NULL)
        return true;
    if (freshness->stale)
        return false;
    return (!last && freshness->seen == worker->now) || look(worker, object);
}
