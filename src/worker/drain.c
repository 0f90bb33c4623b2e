/* SPDX-License-Identifier: BSD-2-Clause */
/* drain: the master sets the time limit, and may change it; the limit of progress is the
 * worker's own. */
#include "worker/drain.h"

#include "base/log.h"
#include "worker/handoff.h"
#include "worker/worker.h"

void
drain_begin(struct worker *worker, bool last)
{
    if (worker->drain.until != 0)
        return;
    worker->drain.until = worker->now + worker->server->drain_timeout;
    worker->drain.measure_at = worker->now + worker->server->send_timeout;
    acceptor_close(worker, last);
    handoff_empty(worker);
    connections_drain(worker);
    (void)connections_cut_slow(worker);
}

/* The master's limit has priority, and may change: first a reload, then the end. */
static void
heed_master(struct worker *worker)
{
    const uint64_t until = slot_read(&worker->slot->drain_until);

    if (until != 0)
        worker->drain.until = until;
}

void
drain_note_cut(struct worker *worker, unsigned cut, const char *why)
{
    if (cut == 0)
        return;
    slot_add(&worker->slot->cut, cut);
    log_notice("%u response%s cut: %s", cut, cut == 1 ? " was" : "s were", why);
}

void
drain_run(struct worker *worker)
{
    heed_master(worker);
    if (worker->now >= worker->drain.measure_at) {
        drain_note_cut(worker, connections_cut_slow(worker), "the client hardly took any byte");
        worker->drain.measure_at = worker->now + worker->server->send_timeout;
    }
    if (worker->connections.count == 0 || worker->now >= worker->drain.until)
        worker->ended = true;
}

void
drain_asked(struct worker *worker)
{
    log_info("draining: %u connections", worker->connections.count);
    drain_begin(worker, __atomic_load_n(&worker->slot->ending, __ATOMIC_RELAXED) != 0);
}
