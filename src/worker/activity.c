/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * activity: see activity.h. Nothing here can fail, nothing takes a lock, and once the worker
 * serves nothing makes a system call: the clock is read in the vDSO.
 *
 * Answers to pipelined requests that leave together are timed from the first of their requests.
 */
#include "worker/activity.h"

#include <unistd.h>

#include "profile/block.h"
#include "stack/label.h"
#include "worker/worker.h"

void
journal_start(struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;

    worker->trace = tables_trace(inherit->tables, inherit->slot);
    trace_adopt(worker->trace, inherit->tables->events);
    worker->rows = tables_rows(inherit->tables, inherit->slot);
    worker->waits = tables_block(inherit->tables, inherit->slot);
    block_start(worker->waits);
    rows_start(worker->rows, inherit->config->server.worker_connections);
    worker->slot->idle = 0;
    worker->slot->runnable = 0;
    journal_note_time(worker);
    journal_note(worker, NULL, TRACE_START, (uint64_t)getpid());
}

void
journal_note_time(struct worker *worker)
{
    worker->now_ns = trace_now();
}

void
journal_note(struct worker *worker, const struct connection *connection, enum trace_kind kind,
             uint64_t argument)
{
    trace_add(worker->trace, worker->now_ns, kind, connection ? connection->journal.id : 0,
              connection ? connection->requests : 0, argument);
}

void
journal_open(struct worker *worker, struct connection *connection, enum trace_kind how)
{
    struct journal *journal = &connection->journal;

    journal->id = ++worker->last_id;
    if ((journal->row = rows_take(worker->rows)) != NULL) {
        journal->row->opened = journal->row->since = worker->now_ns;
        journal->row->connection = journal->id;
    }
    slot_add(&worker->slot->idle, 1); /* every connection begins idle */
    journal_note(worker, connection, how, 0);
}

static uint32_t
label_of(const struct object *object)
{
    return object ? object->index + 1 : LABEL_NONE;
}

/* Whatever ends the wait, the connection's own end included, it has lasted. */
static void
count_wait(struct worker *worker, const struct connection *connection)
{
    const struct journal *journal = &connection->journal;
    const uint64_t ns = worker->now_ns - journal->waits;

    block_add(worker->waits, label_of(connection->object), journal->reason, ns);
    if (journal->reason != MARKER_WAIT_CLIENT)
        return;
    histogram_add(&worker->slot->timing.stall, &histogram_time, ns);
    if (journal->row)
        journal->row->stalled += ns;
}

void
journal_close(struct worker *worker, struct connection *connection)
{
    if (connection->journal.waits != 0)
        count_wait(worker, connection);
    if (connection->state == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, (uint64_t)-1);
    rows_give(worker->rows, connection->journal.row);
    journal_note(worker, connection, TRACE_CLOSE, 0);
}

/* Brings the connection's row up to date. */
static void
journal_describe(const struct connection *connection)
{
    struct row *row = connection->journal.row;

    if (row == NULL)
        return;
    row->state = (uint16_t)connection->state;
    row->requests = connection->requests;
    row->label = label_of(connection->object);
    row->position = connection->object ? connection->position : 0;
    row->end = connection->object ? connection->end : 0;
}

void
journal_enter(struct worker *worker, struct connection *connection, unsigned from)
{
    journal_describe(connection);
    if (from == connection->state)
        return;
    if (from == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, (uint64_t)-1);
    if (connection->state == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, 1);
    if (connection->journal.row)
        connection->journal.row->since = worker->now_ns;
}

void
journal_serve(const struct connection *connection)
{
    struct label_request request = { 0 };

    if (connection)
        request.connection = connection->journal.id;
    if (connection &&
        (connection->state == CONNECTION_SEND || connection->state == CONNECTION_READ))
        request.number = connection->requests;
    label_set_request(request);
}

void
journal_head(const struct connection *connection)
{
    label_set_request((struct label_request){ connection->journal.id, 0 });
}

uint32_t
journal_turn(struct worker *worker, struct connection *connection)
{
    slot_add(&worker->slot->turns, 1);
    label_set(label_of(connection->object));
    journal_serve(connection);
    if (connection->journal.reason == MARKER_WAIT_TURN)
        journal_go_on(worker, connection);
    journal_note(worker, connection, TRACE_TURN, 0);
    return connection->journal.id;
}

void
journal_turn_end(struct worker *worker, uint32_t id)
{
    trace_add(worker->trace, worker->now_ns, TRACE_TURN_END, id, 0,
              worker->server->send_max_chunk - worker->budget);
    label_set(LABEL_NONE);
    journal_serve(NULL);
}

void
journal_answer(struct worker *worker, struct connection *connection,
               const struct object *object, unsigned status)
{
    struct journal *journal = &connection->journal;

    journal_note_time(worker);
    if (journal->under_way++ == 0) {
        journal->began = worker->now_ns;
        journal->first = false;
    }
    label_set(label_of(object));
    label_set_request((struct label_request){ journal->id, connection->requests });
    journal_note(worker, connection, TRACE_HEAD, 0);
    journal_note(worker, connection, TRACE_ROUTE, trace_route(label_of(object), status));
}

static void
time_answers(struct worker *worker, const struct journal *journal, struct histogram *histogram)
{
    for (uint32_t i = 0; i < journal->under_way; i++)
        histogram_add(histogram, &histogram_time, worker->now_ns - journal->began);
}

void
journal_sent(struct worker *worker, struct connection *connection, uint64_t body)
{
    struct journal *journal = &connection->journal;

    journal->body += body;
    journal_note_time(worker);
    if (journal->waits != 0)
        journal_go_on(worker, connection);
    if (journal->row)
        journal->row->position = connection->position;
    if (journal->first || journal->under_way == 0)
        return;
    journal->first = true;
    time_answers(worker, journal, &worker->slot->timing.first_byte);
    journal_note(worker, connection, TRACE_FIRST_BYTE, 0);
}

void
journal_done(struct worker *worker, struct connection *connection)
{
    struct journal *journal = &connection->journal;

    if (journal->under_way == 0)
        return;
    time_answers(worker, journal, &worker->slot->timing.transfer);
    journal_note(worker, connection, TRACE_DONE, journal->under_way);
    journal->under_way = 0;
}

void
journal_body(struct worker *worker, uint64_t length)
{
    histogram_add(&worker->slot->timing.body, &histogram_bytes, length);
}

void
journal_wait(struct worker *worker, struct connection *connection, enum marker reason)
{
    struct journal *journal = &connection->journal;

    if (journal->waits != 0 && journal->reason == reason)
        return;
    journal->waits = worker->now_ns;
    journal->reason = reason;
    if (journal->row) {
        journal->row->waits = (uint32_t)(worker->now_ns / 1000000);
        journal->row->reason = (uint16_t)reason;
    }
    if (reason == MARKER_WAIT_CLIENT) {
        slot_add(&worker->slot->stalls, 1);
        journal_note(worker, connection, TRACE_WOULD_BLOCK, 0);
    } else if (reason == MARKER_WAIT_DISK) {
        journal_note(worker, connection, TRACE_READ, 0);
    }
}

void
journal_go_on(struct worker *worker, struct connection *connection)
{
    struct journal *journal = &connection->journal;

    if (journal->waits == 0)
        return;
    count_wait(worker, connection);
    journal->waits = 0;
    if (journal->row)
        journal->row->reason = 0;
    if (journal->reason == MARKER_WAIT_CLIENT) {
        journal_note(worker, connection, TRACE_RESUME, 0);
    } else if (journal->reason == MARKER_WAIT_DISK) {
        slot_add(&worker->slot->reads, 1);
        journal_note(worker, connection, TRACE_READ_END, 0);
    }
}

void
journal_waited(struct worker *worker, enum marker reason, uint64_t ns)
{
    block_add(worker->waits, LABEL_NONE, reason, ns);
}
