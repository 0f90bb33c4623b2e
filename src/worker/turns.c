/* SPDX-License-Identifier: BSD-2-Clause */
/* turns: see turns.h. */
#include "worker/turns.h"

#include "worker/worker.h"

void
turns_start(struct worker *worker)
{
    TAILQ_INIT(&worker->turns.queue);
}

void
turns_add(struct worker *worker, struct connection *connection)
{
    if (connection->queued)
        return;
    connection->queued = true;
    slot_add(&worker->slot->runnable, 1);
    worker->turns.count++;
    TAILQ_INSERT_TAIL(&worker->turns.queue, connection, turn);
}

void
turns_remove(struct worker *worker, struct connection *connection)
{
    if (!connection->queued)
        return;
    TAILQ_REMOVE(&worker->turns.queue, connection, turn);
    connection->queued = false;
    slot_add(&worker->slot->runnable, (uint64_t)-1);
    worker->turns.count--;
}
