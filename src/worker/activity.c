/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * activity: see activity.h. Nothing here can fail, nothing takes a lock, and once the worker
 * serves there is one system call at most, when a connection opens: the clock is read in the
 * vDSO.
 *
 * Responses to pipelined requests that leave together are timed from the first of their
 * requests, and count for its section.
 */
#include "worker/activity.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/count.h"
#include "base/log.h"
#include "profile/block.h"
#include "stack/label.h"
#include "worker/inflight.h"
#include "worker/probe.h"
#include "worker/reader.h"
#include "worker/worker.h"

void
activity_start(struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;

    worker->activities.trace = tables_trace(inherit->shared->tables, inherit->slot);
    trace_adopt(worker->activities.trace, inherit->shared->tables->events);
    worker->activities.rows = tables_rows(inherit->shared->tables, inherit->slot);
    worker->activities.waits = tables_block(inherit->shared->tables, inherit->slot);
    block_start(worker->activities.waits);
    rows_start(worker->activities.rows, inherit->shared->config->server.worker_connections);
    worker->slot->idle = 0;
    worker->slot->runnable = 0;
    activity_note_time(worker);
    activity_note(worker, NULL, TRACE_START, (uint64_t)getpid());
}

void
activity_note_time(struct worker *worker)
{
    worker->now_ns = trace_now();
}

static __attribute__((noinline)) void
add_event(struct worker *worker, enum trace_kind kind, uint32_t connection, uint32_t request,
          uint64_t argument)
{
    trace_add(worker->activities.trace, worker->now_ns, kind, connection, request, argument);
}

/* Inlined into each caller, so that only the probe of its kind remains there. */
static inline __attribute__((always_inline)) void
note_event(struct worker *worker, const struct connection *connection, enum trace_kind kind,
           uint64_t argument)
{
    const uint32_t id = connection ? connection->activity.id : 0;
    const uint32_t request = connection ? connection->requests : 0;

    probe_fire(kind, id, request, argument);
    add_event(worker, kind, id, request, argument);
}

void
activity_note(struct worker *worker, const struct connection *connection, enum trace_kind kind,
              uint64_t argument)
{
    note_event(worker, connection, kind, argument);
}

static uint64_t
inode_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

void
activity_open(struct worker *worker, struct connection *connection, enum trace_kind how)
{
    struct activity *activity = &connection->activity;

    activity->id = ++worker->activities.last_id;
    if ((activity->row = rows_take(worker->activities.rows)) != NULL) {
        activity->row->opened = activity->row->since = worker->now_ns;
        activity->row->connection = activity->id;
        if (worker->inherit->observed)
            activity->row->socket = inode_of(connection->watch.fd);
    }
    slot_add(&worker->slot->idle, 1); /* every connection begins idle */
    if (how == TRACE_TAKE)
        note_event(worker, connection, TRACE_TAKE, 0);
    else
        note_event(worker, connection, TRACE_ACCEPT, 0);
}

static uint32_t
label_of(const struct object *object)
{
    return object ? object->asset->section + 1 : LABEL_NONE;
}

/* Counted whatever ends the wait, including the end of the connection. */
static void
count_wait(struct worker *worker, const struct connection *connection)
{
    const struct activity *activity = &connection->activity;
    const uint64_t ns = worker->now_ns - activity->waits;

    block_add(worker->activities.waits, label_of(connection->object), activity->reason, ns);
    if (activity->reason != MARKER_WAIT_CLIENT)
        return;
    histogram_add(&worker->slot->timing.stall, &histogram_time, ns);
    if (activity->section)
        histogram_add(&activity->section->stall, &histogram_time, ns);
    if (activity->row)
        activity->row->stalled += ns;
}

/* The wait is over. */
static void
activity_end_wait(struct worker *worker, struct connection *connection)
{
    struct activity *activity = &connection->activity;

    if (activity->waits == 0)
        return;
    count_wait(worker, connection);
    activity->waits = 0;
    if (activity->row)
        activity->row->reason = 0;
    if (activity->reason == MARKER_WAIT_CLIENT) {
        note_event(worker, connection, TRACE_RESUME, 0);
    } else if (activity->reason == MARKER_WAIT_DISK) {
        slot_add(&worker->slot->reads, 1);
        note_event(worker, connection, TRACE_READ_END, 0);
    }
}

/* A wait begins, or continues for the same reason. */
static void
activity_begin_wait(struct worker *worker, struct connection *connection, enum marker reason)
{
    struct activity *activity = &connection->activity;

    if (activity->waits != 0 && activity->reason == reason)
        return;
    activity->waits = worker->now_ns;
    activity->reason = reason;
    if (activity->row) {
        activity->row->waits = (uint32_t)(worker->now_ns / 1000000);
        activity->row->reason = (uint16_t)reason;
    }
    if (reason == MARKER_WAIT_CLIENT) {
        slot_add(&worker->slot->stalls, 1);
        note_event(worker, connection, TRACE_WOULD_BLOCK, 0);
    } else if (reason == MARKER_WAIT_DISK) {
        note_event(worker, connection, TRACE_READ, 0);
    }
}

void
activity_close(struct worker *worker, struct connection *connection)
{
    if (connection->activity.waits != 0)
        count_wait(worker, connection);
    if (connection->state == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, (uint64_t)-1);
    rows_give(worker->activities.rows, connection->activity.row);
    note_event(worker, connection, TRACE_CLOSE, 0);
}

/* Bytes that are kept for this connection alone. */
static uint32_t
buffered(const struct connection *connection)
{
    const struct reader_job *loaded = connection->loaded;
    const struct outbox *outbox = connection->outbox;

    return (uint32_t)((outbox ? outbox->length : 0) +
                      (loaded && loaded->result > 0 ? (size_t)loaded->result : 0));
}

/* Brings the connection's row up to date. */
static void
activity_describe(const struct connection *connection)
{
    struct row *row = connection->activity.row;

    if (row == NULL)
        return;
    row->state = (uint16_t)connection->state;
    row->requests = connection->requests;
    row->label = label_of(connection->object);
    row->position = connection->object ? connection->position : 0;
    row->end = connection->object ? connection->end : 0;
    row->buffered = buffered(connection);
}

void
activity_change(struct worker *worker, struct connection *connection, unsigned from,
                enum marker wait)
{
    activity_describe(connection);
    if (wait != 0)
        activity_begin_wait(worker, connection, wait);
    else if (connection->activity.waits != 0)
        activity_end_wait(worker, connection);
    if (from == connection->state)
        return;
    if (from == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, (uint64_t)-1);
    if (connection->state == CONNECTION_IDLE)
        slot_add(&worker->slot->idle, 1);
    if (connection->activity.row)
        connection->activity.row->since = worker->now_ns;
}

void
activity_identify(const char *id)
{
    label_set_id(id);
    log_set_request(id);
}

/* The connection that the loop serves from now on, for a crash report; NULL: none. */
static void
serve(const struct connection *connection)
{
    struct label_request request = { 0 };

    if (connection)
        request.connection = connection->activity.id;
    if (connection &&
        (connection->state == CONNECTION_SEND || connection->state == CONNECTION_READ))
        request.number = connection->requests;
    label_set_request(request);
    activity_identify(NULL);
}

void
activity_head(const struct connection *connection)
{
    label_set_request((struct label_request){ connection->activity.id, 0 });
    activity_identify(NULL);
}

/* A copy, because a record goes when its response has ended. */
static void
resume_id(struct worker *worker, const struct connection *connection)
{
    const char *id = inflight_id(connection->inflight);

    if (id == NULL)
        return;
    request_id_copy(&worker->exchange.id, id);
    activity_identify(worker->exchange.id.text);
}

uint32_t
activity_turn(struct worker *worker, struct connection *connection)
{
    slot_add(&worker->slot->turns, 1);
    label_set(label_of(connection->object));
    serve(connection);
    resume_id(worker, connection);
    if (connection->activity.reason == MARKER_WAIT_TURN)
        activity_end_wait(worker, connection);
    note_event(worker, connection, TRACE_TURN, 0);
    return connection->activity.id;
}

void
activity_turn_end(struct worker *worker, uint32_t id)
{
    const uint64_t bytes = worker->server->send_max_chunk - worker->sender.budget;

    probe_fire(TRACE_TURN_END, id, 0, bytes);
    add_event(worker, TRACE_TURN_END, id, 0, bytes);
    label_set(LABEL_NONE);
    serve(NULL);
}

/* Its timing, if it has any. */
static struct slot_timing *
section_of(const struct worker *worker, const struct object *object)
{
    return object ? slots_section(&worker->shared->slots, worker->inherit->slot,
                                  object->asset->section)
                  : NULL;
}

void
activity_response(struct worker *worker, struct connection *connection,
                  const struct object *object, unsigned status)
{
    struct activity *activity = &connection->activity;

    activity_note_time(worker);
    if (activity->under_way++ == 0) {
        activity->began = worker->now_ns;
        activity->first = false;
        activity->section = section_of(worker, object);
    }
    label_set(label_of(object));
    label_set_request((struct label_request){ activity->id, connection->requests });
    note_event(worker, connection, TRACE_HEAD,
               worker->exchange.id.length ? request_id_number(&worker->exchange.id) : 0);
    note_event(worker, connection, TRACE_ROUTE, trace_route(label_of(object), status));
}

static void
time_responses(struct worker *worker, const struct activity *activity, size_t offset)
{
    struct slot_timing *const timings[] = { &worker->slot->timing, activity->section };

    for (size_t i = 0; i < COUNT(timings) && timings[i]; i++) {
        char *histogram = (char *)timings[i] + offset;

        for (uint32_t k = 0; k < activity->under_way; k++)
            histogram_add((struct histogram *)(void *)histogram, &histogram_time,
                          worker->now_ns - activity->began);
    }
}

void
activity_sent(struct worker *worker, struct connection *connection, uint64_t body)
{
    struct activity *activity = &connection->activity;

    activity_note_time(worker);
    if (activity->waits != 0)
        activity_end_wait(worker, connection);
    if (activity->row)
        activity->row->position = connection->position;
    if (activity->row && body > 0)
        activity->row->sent = label_of(connection->object);
    if (activity->first || activity->under_way == 0)
        return;
    activity->first = true;
    time_responses(worker, activity, offsetof(struct slot_timing, first_byte));
    note_event(worker, connection, TRACE_FIRST_BYTE, 0);
}

void
activity_done(struct worker *worker, struct connection *connection)
{
    struct activity *activity = &connection->activity;

    if (activity->under_way == 0)
        return;
    time_responses(worker, activity, offsetof(struct slot_timing, transfer));
    note_event(worker, connection, TRACE_DONE, activity->under_way);
    activity->under_way = 0;
}

void
activity_waited(struct worker *worker, enum marker reason, uint64_t ns)
{
    block_add(worker->activities.waits, LABEL_NONE, reason, ns);
}
