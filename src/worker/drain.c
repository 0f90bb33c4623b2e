/* SPDX-License-Identifier: BSD-2-Clause */
/* drain: a limit of time is the master's to set, and to change; that of progress is our own. */
#include "worker/drain.h"

#include "base/log.h"
#include "worker/acceptor.h"
#include "worker/handoff.h"
#include "worker/worker.h"

void
drain_begin(struct worker *worker, bool last)
{
    if (worker->drain_until != 0)
        return;
    worker->drain_until = worker->now + worker->server->drain_timeout;
    worker->measure_at = worker->now + worker->server->send_timeout;
    acceptor_close(worker, last);
    handoff_empty(worker);
    connection_drain(worker);
    (void)connection_measure(worker);
}

/* What the master says comes first, and may change: a reload, and then the end. */
static void
heed_master(struct worker *worker)
{
    const uint64_t until = slot_read(&worker->slot->drain_until);

    if (until != 0)
        worker->drain_until = until;
}

void
drain_note_cut(struct worker *worker, unsigned cut, const char *why)
{
    if (cut == 0)
        return;
    slot_add(&worker->slot->cut, cut);
    log_notice("%u answer%s cut: %s", cut, cut == 1 ? " was" : "s were", why);
}

void
drain_run(struct worker *worker)
{
    heed_master(worker);
    if (worker->now >= worker->measure_at) {
        drain_note_cut(worker, connection_measure(worker), "the client hardly took any byte");
        worker->measure_at = worker->now + worker->server->send_timeout;
    }
    if (worker->connections == 0 || worker->now >= worker->drain_until)
        worker->ended = true;
}

void
drain_asked(struct worker *worker)
{
    log_info("draining: %u connections", worker->connections);
    drain_begin(worker, __atomic_load_n(&worker->slot->ending, __ATOMIC_RELAXED) != 0);
}
