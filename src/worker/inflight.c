/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflight: most responses are logged in the turn in which they begin, so the memory for their
 * records goes from connection to connection; one that must wait keeps as much as it needs.
 */
#include "worker/inflight.h"

#include <stdlib.h>
#include <string.h>

#include "worker/worker.h"

static size_t
record_size(size_t line)
{
    const size_t alignment = _Alignof(struct inflight_record);

    return (sizeof(struct inflight_record) + line + alignment - 1) / alignment * alignment;
}

static struct inflight_record *
inflight_record_at(struct inflight *inflight, size_t offset)
{
    return (struct inflight_record *)(void *)(inflight->records + offset);
}

static struct inflight *
inflight_allocate(size_t capacity)
{
    struct inflight *inflight = malloc(sizeof(*inflight) + capacity);

    if (inflight)
        *inflight = (struct inflight){ .capacity = capacity };
    return inflight;
}

/* The next connection uses it, if it is whole. */
static void
give_back(struct worker *worker, struct inflight *inflight)
{
    if (worker->spare_inflight || inflight->capacity < INFLIGHT_SIZE) {
        free(inflight);
        return;
    }
    inflight->start = inflight->end = 0;
    worker->spare_inflight = inflight;
}

struct inflight_record *
inflight_next(struct worker *worker, struct connection *connection)
{
    struct inflight_record *record;

    if (connection->inflight == NULL) {
        connection->inflight =
            worker->spare_inflight ? worker->spare_inflight : inflight_allocate(INFLIGHT_SIZE);
        worker->spare_inflight = NULL;
    }
    if (connection->inflight == NULL || !inflight_fits(connection->inflight))
        return NULL;
    record = inflight_record_at(connection->inflight, connection->inflight->end);
    *record = (struct inflight_record){ 0 };
    return record;
}

void
inflight_add(struct connection *connection, const struct inflight_record *record)
{
    connection->inflight->end += record_size(record->length);
}

const char *
inflight_id(struct inflight *inflight)
{
    const struct inflight_record *record;

    if (inflight == NULL || inflight->start == inflight->end)
        return NULL;
    record = inflight_record_at(inflight, inflight->start);
    return record->id[0] != '\0' ? record->id : NULL;
}

static uint64_t
bytes_between(uint64_t from, uint64_t to, uint64_t given)
{
    if (given > to)
        given = to;
    return given > from ? given - from : 0;
}

static void
log_record(struct worker *worker, const struct connection *connection,
           const struct inflight_record *record, enum termination termination)
{
    const uint64_t given = connection->progress.given;

    if (record->length == 0)
        return;
    access_log_add(worker, (struct span){ record->line, record->length },
                   &(struct access_response){
                       .time = &worker->access_log.time,
                       .sent = bytes_between(record->from, record->to, given),
                       .body = bytes_between(record->body, record->to, given),
                       .duration = worker->now_ns - record->began,
                       .first_byte = record->first_byte - record->began,
                       .termination = termination,
                   });
}

static void
note_first_byte(const struct worker *worker, const struct connection *connection,
                struct inflight_record *record)
{
    if (record->first_byte != 0 || connection->progress.given <= record->from)
        return;
    record->first_byte = worker->now_ns;
    exemplar_add(&worker->slot->first_byte, &histogram_time, worker->now_ns - record->began,
                 worker->now_ns, record->id);
}

/* Logs the records that end there or before. */
static void
log_until(struct worker *worker, struct connection *connection, uint64_t offset,
          enum termination termination)
{
    struct inflight *inflight = connection->inflight;

    while (inflight && inflight->start < inflight->end) {
        struct inflight_record *record = inflight_record_at(inflight, inflight->start);

        note_first_byte(worker, connection, record);
        if (record->to > offset)
            return;
        log_record(worker, connection, record, termination);
        if (termination == TERMINATION_COMPLETE)
            exemplar_add(&worker->slot->transfer, &histogram_time,
                         worker->now_ns - record->began, worker->now_ns, record->id);
        inflight->start += record_size(record->length);
    }
    connection->inflight = NULL;
    if (inflight)
        give_back(worker, inflight);
}

void
inflight_sent(struct worker *worker, struct connection *connection)
{
    log_until(worker, connection, connection->progress.given, TERMINATION_COMPLETE);
}

void
inflight_done(struct worker *worker, struct connection *connection)
{
    log_until(worker, connection, UINT64_MAX, TERMINATION_COMPLETE);
}

void
inflight_end(struct worker *worker, struct connection *connection)
{
    log_until(worker, connection, UINT64_MAX, connection->termination);
}

void
inflight_keep(struct worker *worker, struct connection *connection)
{
    struct inflight *inflight = connection->inflight;
    struct inflight *kept;

    if (inflight == NULL || inflight->capacity < INFLIGHT_SIZE)
        return;
    if ((kept = inflight_allocate(inflight->end - inflight->start)) == NULL)
        return;
    kept->end = kept->capacity;
    memcpy(kept->records, inflight->records + inflight->start, kept->capacity);
    connection->inflight = kept;
    give_back(worker, inflight);
}

void
inflight_release(struct worker *worker)
{
    free(worker->spare_inflight);
    worker->spare_inflight = NULL;
}
