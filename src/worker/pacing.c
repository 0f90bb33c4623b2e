/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacing: the total is divided among the workers that send bodies of the section, and by each
 * of them among its bodies. Another worker can say only that it sends, not how much, so one
 * that lies takes no more than its part.
 */
#include "worker/pacing.h"

#include <sys/socket.h>

#include "worker/worker.h"

#define UNLIMITED UINT64_MAX /* for the kernel */
#define LEAST     1024       /* bytes a second */

uint64_t
pacing_rate(uint64_t rate, uint64_t total, uint64_t active, uint64_t own)
{
    uint64_t part;

    if (total == 0)
        return rate;
    part = total / (active ? active : 1) / (own ? own : 1);
    if (part < LEAST)
        part = LEAST;
    return rate > 0 && rate < part ? rate : part;
}

static struct slot_counters *
section_counters(const struct worker *worker, const struct connection *connection,
                 unsigned number)
{
    return slots_object(&worker->shared->slots, number, connection->object->asset->section);
}

static uint64_t
count_active(const struct worker *worker, const struct connection *connection)
{
    uint64_t active = 0;

    for (unsigned i = 0; i < worker->shared->slots.workers; i++)
        active += slot_read(&section_counters(worker, connection, i)->sending) > 0;
    return active;
}

static void
set_rate(struct connection *connection, uint64_t rate)
{
    const unsigned long limit = rate > 0 ? rate : UNLIMITED;

    if (connection->rate == rate)
        return;
    connection->rate = rate;
    setsockopt(connection->watch.fd, SOL_SOCKET, SO_MAX_PACING_RATE, &limit, sizeof(limit));
}

static uint64_t
wanted_rate(const struct worker *worker, const struct connection *connection)
{
    const struct config_asset *asset = connection->object->asset;
    const struct slot_counters *counters =
        section_counters(worker, connection, worker->inherit->slot);

    if (asset->limit_total_rate == 0)
        return asset->limit_rate;
    return pacing_rate(asset->limit_rate, asset->limit_total_rate,
                       count_active(worker, connection), slot_read(&counters->sending));
}

void
pacing_start(struct worker *worker)
{
    for (unsigned i = 0; i < worker->shared->slots.sections; i++)
        slot_set(&slots_object(&worker->shared->slots, worker->inherit->slot, i)->sending, 0);
}

void
pacing_begin(struct worker *worker, struct connection *connection)
{
    slot_add(&section_counters(worker, connection, worker->inherit->slot)->sending, 1);
    set_rate(connection, wanted_rate(worker, connection));
}

/* Small changes are not worth a system call. */
void
pacing_adjust(struct worker *worker, struct connection *connection)
{
    uint64_t rate;

    if (connection->object == NULL || connection->object->asset->limit_total_rate == 0)
        return;
    rate = wanted_rate(worker, connection);
    if (rate < connection->rate - connection->rate / 8 ||
        rate > connection->rate + connection->rate / 8)
        set_rate(connection, rate);
}

void
pacing_end(struct worker *worker, struct connection *connection)
{
    if (connection->object)
        slot_add(&section_counters(worker, connection, worker->inherit->slot)->sending,
                 (uint64_t)-1);
}
