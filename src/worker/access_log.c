/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_log: a buffer of whole lines, written when the next one does not fit, or when the
 * first one has waited for flush. Into a pipe go at most PIPE_BUF bytes at a time, which the
 * kernel keeps together (pipe(7)). What can't be written stays in the buffer and is tried again
 * soon; only what comes while it is full is lost. On a busy system, a log writer may just have
 * had no CPU for a moment, so a worker with a full buffer waits for it, but not for long.
 */
#include "worker/access_log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/forwarded.h"
#include "http/head.h"
#include "http/response.h"
#include "worker/inflight.h"
#include "worker/worker.h"

#define PATIENCE 100   /* ms in a second that a worker may wait for a reader */
#define RETRY    1     /* ms, while a pipe is full */
#define SILENCE  60000 /* ms without the same complaint before it is made again */

/* --- writing ------------------------------------------------------------------------------ */

static void
set_buffered(const struct worker *worker)
{
    slot_set(&worker->slot->access_buffered, worker->access_log.lines);
}

static void
lose_lines(struct worker *worker, uint64_t lines, const char *why)
{
    struct access_log *log = &worker->access_log;

    log->lost += lines;
    slot_add(&worker->slot->access_lost, lines);
    if (worker->now < log->complain_at)
        return;
    log_warning("access log: %s; lines are lost", why);
    log->complain_at = worker->now + SILENCE;
}

/* All is well again. */
static void
tell_lost_lines(struct access_log *log)
{
    if (log->lost > 0)
        log_warning("access log: %llu line%s lost", (unsigned long long)log->lost,
                    log->lost == 1 ? " was" : "s were");
    log->lost = 0;
    log->complain_at = 0;
    log->hangs = false;
}

static uint64_t
lines_in(const char *bytes, size_t length)
{
    uint64_t lines = 0;

    for (const char *end; (end = memchr(bytes, '\n', length)) != NULL; lines++) {
        length -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
    }
    return lines;
}

/* Takes lines off the front of the buffer. */
static void
take_lines(struct access_log *log, size_t bytes, uint64_t lines)
{
    log->length -= bytes;
    log->lines -= lines;
    memmove(log->buffer, log->buffer + bytes, log->length);
}

/* Whole lines were written, and perhaps a part of one: its rest is lost. */
static void
settle_part(struct worker *worker, size_t written)
{
    struct access_log *log = &worker->access_log;
    const char *last = memrchr(log->buffer, '\n', written);
    const size_t whole = last ? (size_t)(last + 1 - log->buffer) : 0;
    const uint64_t lines = lines_in(log->buffer, whole);
    const char *end = memchr(log->buffer + written, '\n', log->length - written);

    slot_add(&worker->slot->access_lines, lines);
    if (written == whole) {
        take_lines(log, whole, lines);
        return;
    }
    take_lines(log, (size_t)(end + 1 - log->buffer), lines + 1);
    lose_lines(worker, 1, "a line could be written in part only");
}

static void
settle_all(struct worker *worker)
{
    struct access_log *log = &worker->access_log;

    slot_add(&worker->slot->access_lines, log->lines);
    log->length = log->lines = 0;
}

/* How much goes into one system call. */
static size_t
portion(const struct access_log *log)
{
    const char *end;

    if (log->length <= PIPE_BUF || log->regular)
        return log->length;
    end = memrchr(log->buffer, '\n', PIPE_BUF);
    return (size_t)(end + 1 - log->buffer);
}

/* One system call. False: not all of it was taken. */
static bool
write_portion(struct worker *worker)
{
    struct access_log *log = &worker->access_log;
    const size_t wanted = portion(log);
    uint32_t *torn = log->regular ? worker->inherit->access_torn : &log->torn;
    const ssize_t written = outlet_write(&log->outlet, torn, log->buffer, wanted);
    const bool whole = written == (ssize_t)wanted;

    log->error = written < 0 ? errno : whole ? 0 : ENOSPC;
    if (written == (ssize_t)log->length)
        settle_all(worker);
    else if (written > 0)
        settle_part(worker, (size_t)written);
    return whole;
}

static void
flush_lines(struct worker *worker)
{
    struct access_log *log = &worker->access_log;
    bool whole = true;

    while (whole && log->length > 0)
        whole = write_portion(worker);
    log->flush_at = worker->now + log->config->flush;
    log->retry_at = worker->now + RETRY;
    if (whole)
        tell_lost_lines(log);
    set_buffered(worker);
}

static bool
has_space(const struct access_log *log)
{
    return log->config->buffer - log->length >= ACCESS_LINE_MAX;
}

/* False: it takes nothing. It is not waited for again before it has. */
static bool
wait_for_reader(struct access_log *log)
{
    struct pollfd reader = { .fd = log->outlet.fd, .events = POLLOUT };
    const uint64_t began = clock_now();
    uint64_t waited;

    if (log->error != EAGAIN || log->patience == 0)
        return false;
    log->hangs = poll(&reader, 1, (int)log->patience) != 1;
    waited = clock_now() - began;
    log->patience -= waited < log->patience ? waited : log->patience;
    return !log->hangs;
}

void
access_log_add(struct worker *worker, struct span begun, const struct access_response *response)
{
    struct access_log *log = &worker->access_log;

    if (!has_space(log) && (log->error == 0 || worker->now >= log->retry_at))
        flush_lines(worker);
    while (!has_space(log) && wait_for_reader(log))
        flush_lines(worker);
    if (!has_space(log)) {
        lose_lines(worker, 1, strerror(log->error));
        return;
    }
    if (log->lines++ == 0)
        log->flush_at = worker->now + log->config->flush;
    log->length += access_line_end(&log->format, begun, response, log->buffer + log->length);
    set_buffered(worker);
}

/* --- what is logged ----------------------------------------------------------------------- */

/* By its status, and one in so many if it is no error. */
static bool
is_to_be_logged(struct access_log *log, unsigned status)
{
    if (log->config == NULL || (log->config->status >> (status / 100 - 1) & 1) == 0)
        return false;
    if (status >= 400)
        return true;
    if (++log->unsampled < log->config->sample)
        return false;
    log->unsampled = 0;
    return true;
}

/* The first line that is not empty, without its end. */
static struct span
request_line(const struct access_exchange *exchange)
{
    struct span line = exchange->head;
    const size_t skipped = exchange->parsed ? 2 * (size_t)exchange->parsed->empty_lines : 0;

    if (skipped >= line.length)
        return (struct span){ NULL, 0 };
    line = (struct span){ line.at + skipped, line.length - skipped };
    line = span_cut(&line, '\n');
    if (line.length > 0 && line.at[line.length - 1] == '\r')
        line.length--;
    return line;
}

/* As far as they have been read. */
static struct span
field_lines(const struct access_exchange *exchange)
{
    const struct head *head = exchange->parsed;

    if (head == NULL || head->first_field == 0)
        return (struct span){ NULL, 0 };
    return (struct span){ exchange->head.at + head->first_field,
                          head->line - head->first_field };
}

static struct span
asset_of(const struct object *object)
{
    return object ? span_of(object->asset->path) : (struct span){ NULL, 0 };
}

static struct span
access_log_variant(const struct object *object)
{
    return object ? span_of(config_variant_name(object->asset->variant))
                  : (struct span){ NULL, 0 };
}

enum forwarded_field
access_log_forwarded(enum real_ip_header header)
{
    static const enum forwarded_field fields_of[] = {
        [REAL_IP_NONE] = FORWARDED_NONE,
        [REAL_IP_FORWARDED] = FORWARDED_STANDARD,
        [REAL_IP_X_FORWARDED_FOR] = FORWARDED_X,
    };

    return fields_of[header];
}

static struct access_request
request_of(const struct worker *worker, const struct connection *connection,
           const struct access_exchange *exchange, const struct address *client)
{
    const struct response *response = exchange->response;

    return (struct access_request){
        .line = request_line(exchange),
        .fields = field_lines(exchange),
        .length = exchange->parsed ? exchange->parsed->length : 0,
        .client = client,
        .peer = &connection->peer,
        .status = exchange->status,
        .ranges = response ? response->ranges : NULL,
        .range_count = response ? response->range_count : 0,
        .asset = asset_of(exchange->object),
        .variant = access_log_variant(exchange->object),
        .generation = worker->shared->generation,
        .worker = worker->inherit->slot,
        .pid = worker->access_log.pid,
        .connection = connection->activity.id,
        .number = connection->requests,
        .id = request_id_span(&worker->exchange.id),
        .trace_id = request_id_trace(&worker->exchange.id),
    };
}

/* Of what is staged, the bytes before the text of an error. */
static size_t
head_length(const struct worker *worker, const struct access_exchange *exchange)
{
    const struct stage *stage = &worker->stage;
    const char *staged = stage->bytes + stage->end - exchange->staged;
    const char *end;

    if (exchange->status < 400)
        return exchange->staged;
    end = memmem(staged, exchange->staged, "\r\n\r\n", 4);
    return (size_t)(end + 4 - staged);
}

void
access_log_begin(struct worker *worker, struct connection *connection,
                 const struct access_exchange *exchange)
{
    struct access_log *log = &worker->access_log;
    const struct request_id *id = &worker->exchange.id;
    const bool wanted = is_to_be_logged(log, exchange->status);
    struct access_request request;
    struct inflight_record *record;
    struct address client;

    if (!wanted && id->length == 0)
        return;
    if ((record = inflight_next(worker, connection)) == NULL) {
        if (wanted)
            lose_lines(worker, 1, strerror(ENOMEM));
        return;
    }
    record->began = worker->now_ns;
    record->from = connection->progress.given + stage_length(&worker->stage) - exchange->staged;
    record->body = record->from + head_length(worker, exchange);
    record->to = record->from + exchange->staged + exchange->content;
    memcpy(record->id, id->text, id->length);
    if (wanted) {
        client = forwarded_client(&connection->client, field_lines(exchange),
                                  access_log_forwarded(worker->server->real_ip_header),
                                  &worker->server->trusted_proxies);
        request = request_of(worker, connection, exchange, &client);
        record->length = access_line_begin(&log->format, &request, record->line);
    }
    inflight_add(connection, record);
}

/* --- the loop ----------------------------------------------------------------------------- */

void
access_log_note_time(struct worker *worker)
{
    struct access_log *log = &worker->access_log;

    if (log->config == NULL)
        return;
    access_line_time(&log->time, clock_wall());
    if (!log->hangs)
        log->patience = PATIENCE;
}

void
access_log_run(struct worker *worker)
{
    const struct access_log *log = &worker->access_log;

    if (log->lines > 0 && worker->now >= log->flush_at)
        flush_lines(worker);
}

int
access_log_wait(const struct worker *worker, int wait)
{
    const struct access_log *log = &worker->access_log;
    int until;

    if (log->lines == 0)
        return wait;
    until = log->flush_at > worker->now ? (int)(log->flush_at - worker->now) : 0;
    return wait < 0 || wait > until ? until : wait;
}

/* --- begin and end ------------------------------------------------------------------------ */

static void
set_outlet(struct access_log *log, int fd)
{
    struct stat status;

    log->outlet = outlet_of(fd);
    log->regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

void
access_log_use(struct worker *worker, int fd)
{
    struct access_log *log = &worker->access_log;

    if (log->lines > 0)
        flush_lines(worker);
    outlet_close(&log->outlet);
    set_outlet(log, fd);
}

int
access_log_open(struct worker *worker)
{
    const struct config_access_log *config = &worker->shared->config->access_log;
    struct access_log *log = &worker->access_log;
    struct span found;

    if (config->file == NULL)
        return 0;
    if (access_format_read(&log->format, config->format, config->escape, &found) ||
        (log->buffer = malloc((size_t)config->buffer)) == NULL)
        return -ENOMEM; /* the format was read before, with the configuration */
    log->config = config;
    log->pid = getpid();
    set_outlet(log, worker->inherit->access_log);
    access_log_note_time(worker);
    return 0;
}

void
access_log_close(struct worker *worker)
{
    struct access_log *log = &worker->access_log;

    if (log->lines > 0)
        flush_lines(worker);
    if (log->lines > 0)
        lose_lines(worker, log->lines, strerror(log->error));
    log->lines = 0;
    set_buffered(worker);
    free(log->buffer);
    log->buffer = NULL;
    log->config = NULL;
}
