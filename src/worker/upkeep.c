/* SPDX-License-Identifier: BSD-2-Clause */
/* upkeep: see upkeep.h. An idle worker wakes up once more, and then sleeps. */
#include "worker/upkeep.h"

#include "profile/allocator.h"
#include "worker/worker.h"

#define TRIM_MS    5000 /* between two times that free memory is given back */
#define PUBLISH_MS 1000 /* between two looks at the memory */

void
upkeep_publish(struct worker *worker)
{
    struct upkeep *upkeep = &worker->upkeep;

    if (!worker->inherit->publish_memory)
        return;
    upkeep->unpublished = worker->now < upkeep->published + PUBLISH_MS;
    if (upkeep->unpublished)
        return;
    upkeep->published = worker->now;
    allocator_publish(&worker->slot->memory);
}

/* Memory that a burst of connections took is given back after it. */
static void
upkeep_trim(struct worker *worker)
{
    struct upkeep *upkeep = &worker->upkeep;

    if (!upkeep->untrimmed || worker->now < upkeep->trimmed + TRIM_MS)
        return;
    upkeep->trimmed = worker->now;
    upkeep->untrimmed = false;
    allocator_trim();
}

void
upkeep_run(struct worker *worker)
{
    upkeep_publish(worker);
    upkeep_trim(worker);
}

int
upkeep_wait(const struct worker *worker, int wait)
{
    if (worker->upkeep.unpublished && (wait < 0 || wait > PUBLISH_MS))
        wait = PUBLISH_MS;
    if (worker->upkeep.untrimmed && (wait < 0 || wait > TRIM_MS))
        wait = TRIM_MS;
    return wait;
}
