/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender: writes to sockets.
 *
 * One sendmsg(2) carries what is staged and a slice of the body, so a head never travels alone.
 * A connection may hand over server.send_max_chunk bytes a turn; then the next has its turn,
 * which keeps the bytes in flight inside the caches and one fast client from starving the
 * others. A short write says that the socket is full: the edge-triggered event tells when to
 * continue. A piece of a file that is not in memory is read by a thread (reader.h), and the
 * connection waits for it.
 */
#include "worker/sender.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/nodump.h"
#include "worker/multipart.h"
#include "worker/pacing.h"
#include "worker/progress.h"
#include "worker/reader.h"
#include "worker/serve.h"
#include "worker/sndbuf.h"
#include "worker/worker.h"

#define LINE 64 /* a cache line: the chunk has so much space to spare */

static void
drop_loaded(struct worker *worker, struct connection *connection)
{
    reader_release(worker->sender.reader, connection->loaded);
    connection->loaded = NULL;
}

/* The rest of a piece that a reader thread has read, if the position is in it; otherwise the
 * piece is dropped. Returns 1, 0 if there is no piece, or the thread's negative error. */
static int
loaded_slice(struct worker *worker, struct connection *connection, struct iovec *slice)
{
    struct reader_job *loaded = connection->loaded;
    uint64_t skip;
    int error;

    if (loaded == NULL)
        return 0;
    skip = connection->position - loaded->offset;
    if (loaded->result > 0 && skip < (uint64_t)loaded->result) {
        slice->iov_base = loaded->bytes + skip;
        slice->iov_len = (size_t)loaded->result - (size_t)skip;
        return 1;
    }
    error = loaded->result < 0 ? (int)loaded->result : 0;
    drop_loaded(worker, connection);
    return error;
}

/* Reads a piece of the file if it is in memory; if not, a thread reads it. A piece has the same
 * alignment to cache lines as in the kernel's pages, which makes the copy a sixth cheaper. */
static int
read_slice(struct worker *worker, struct connection *connection, struct iovec *slice)
{
    const struct object *object = connection->object;
    const unsigned times = connection->sndbuf.times;
    size_t piece = worker->sender.chunk_size * (times ? times : 1);
    size_t size = slice->iov_len < piece ? slice->iov_len : piece;
    char *chunk = worker->sender.chunk + connection->position % LINE;
    ssize_t n = loaded_slice(worker, connection, slice);

    if (n != 0)
        return n > 0 ? 0 : (int)n;
    n = object->ops->read(object, chunk, size, connection->position, false);
    if (n == -EAGAIN) {
        connection->loading = reader_submit(worker->sender.reader, connection, object,
                                            connection->position, size);
        return connection->loading ? -EAGAIN : -ENOMEM;
    }
    if (n < 0)
        return (int)n;
    *slice = (struct iovec){ .iov_base = chunk, .iov_len = (size_t)n };
    return 0;
}

/* The next slice of the body, within the budget; empty when no body is under way. -EAGAIN: a
 * thread reads it; another negative errno: it can't be had. */
static int
next_slice(struct worker *worker, struct connection *connection, struct iovec *slice)
{
    const struct object *object = connection->object;
    uint64_t left = connection->end - connection->position;
    int error = 0;

    *slice = (struct iovec){ 0 };
    if (object == NULL || left == 0)
        return 0;
    slice->iov_len = left < worker->sender.budget ? (size_t)left : worker->sender.budget;
    if (object->ops->map)
        slice->iov_base = (char *)(uintptr_t)object->ops->map(object) + connection->position;
    else
        error = read_slice(worker, connection, slice);
    if (slice->iov_len > left)
        slice->iov_len = (size_t)left;
    return error;
}

/* MSG_MORE if bytes follow the slice at once. */
static int
more_follows(const struct connection *connection, size_t slice)
{
    const bool more = connection->object &&
                      (connection->multipart || connection->end - connection->position > slice);

    return more ? MSG_MORE : 0;
}

/* One system call. Bytes taken, 0 when the socket is full, or -1. */
static ssize_t
send_slice(struct worker *worker, struct connection *connection, struct iovec slice, int more)
{
    struct stage *stage = &worker->stage;
    struct iovec iov[2] = { { stage->bytes + stage->start, stage_length(stage) }, slice };
    struct msghdr message = { .msg_iov = iov, .msg_iovlen = slice.iov_len ? 2 : 1 };
    const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | more;
    ssize_t n;

    if (iov[0].iov_len == 0) {
        message.msg_iov = &iov[1];
        message.msg_iovlen = 1;
    }
    do
        n = sendmsg(connection->watch.fd, &message, flags);
    while (n < 0 && errno == EINTR);
    return n < 0 && errno == EAGAIN ? 0 : n;
}

static void
account(struct worker *worker, struct connection *connection, size_t sent)
{
    size_t body = sent - stage_consume(&worker->stage, sent);

    slot_add(&worker->slot->served.bytes, sent);
    connection->position += body;
    connection->handed += body;
    connection->progress.given += sent;
    if (connection->sndbuf.sent <= worker->sender.chunk_size)
        connection->sndbuf.sent += (uint32_t)sent;
    if (body > 0)
        admission_progress(worker, connection);
    if (sent > 0)
        activity_sent(worker, connection, body);
    if (sent > 0 && connection->inflight)
        inflight_sent(worker, connection);
    if (body == 0)
        return;
    slot_add(&slots_object(&worker->shared->slots, worker->inherit->slot,
                           connection->object->asset->section)
                  ->bytes,
             body);
}

/* The file has changed: the client must not take what it has for the whole. */
static enum outcome
cut(struct worker *worker, struct connection *connection, int error)
{
    const struct object *object = connection->object;
    char name[OBJECT_NAME_SIZE];

    object_name(object, name);
    log_client(LOG_LEVEL_WARNING, "%s: %s; a response was cut", name,
               error == -ESTALE ? "changed while it was served" : strerror(-error));
    serve_note_stale(worker, object, error);
    connection->termination = TERMINATION_OBJECT;
    stage_clear(&worker->stage);
    return OUTCOME_BROKEN;
}

/* The client has gone; or memory is lacking, and it must not take what it has for the whole. */
static enum outcome
lost(struct worker *worker)
{
    log_client(LOG_LEVEL_DEBUG, "client disconnected: %s", strerror(errno));
    stage_clear(&worker->stage);
    return OUTCOME_BROKEN;
}

/* Keeps what is staged, because the next connection uses the stage. */
static enum outcome
pause_sending(struct worker *worker, struct connection *connection, enum outcome outcome)
{
    if (!stage_save(&worker->stage, &connection->outbox)) {
        errno = ENOMEM;
        connection->termination = TERMINATION_MEMORY;
        return lost(worker);
    }
    inflight_keep(worker, connection);
    if (outcome != OUTCOME_BLOCKED)
        return outcome;
    progress_blocked(connection);
    sndbuf_bound(&connection->sndbuf, connection->watch.fd, worker->server->max_sndbuf,
                 connection->progress.unacknowledged);
    if (reader_held(worker->sender.reader) > worker->server->max_pieces)
        drop_loaded(worker, connection);
    return outcome;
}

static void
end_body(struct worker *worker, struct connection *connection)
{
    histogram_add(&worker->slot->timing.body, &histogram_bytes, connection->handed);
    connection->handed = 0;
    admission_leave(worker, connection);
    bounds_end(worker, connection);
    pacing_end(worker, connection);
    multipart_free(connection->multipart);
    drop_loaded(worker, connection);
    connection->multipart = NULL;
    connection->object = NULL;
    open_file_leave(connection);
}

/* Is there anything to send? Continues with the next part of a multipart body when one has been
 * sent. */
static bool
pending(struct worker *worker, struct connection *connection)
{
    if (connection->object && connection->position == connection->end &&
        !multipart_next(worker, connection)) {
        end_body(worker, connection);
    }
    return connection->object || stage_length(&worker->stage) > 0;
}

/* The outcome of one system call that was to send `wanted` bytes. */
static enum outcome
settle_sent(struct worker *worker, struct connection *connection, ssize_t sent, size_t wanted)
{
    if (sent < 0)
        return lost(worker);
    account(worker, connection, (size_t)sent);
    worker->sender.budget -=
        (size_t)sent < worker->sender.budget ? (size_t)sent : worker->sender.budget;
    if ((size_t)sent < wanted)
        return pause_sending(worker, connection, OUTCOME_BLOCKED);
    return OUTCOME_SENT;
}

/* Sends what is staged before the piece is read: the client gets it sooner, and if the client
 * has gone, a reset comes back and the read is not started. */
static enum outcome
wait_for_piece(struct worker *worker, struct connection *connection)
{
    ssize_t sent = 0;

    if (stage_length(&worker->stage) > 0)
        sent = send_slice(worker, connection, (struct iovec){ 0 }, 0);
    if (sent < 0)
        return lost(worker);
    account(worker, connection, (size_t)sent);
    return pause_sending(worker, connection, OUTCOME_READING);
}

/* One system call's worth. OUTCOME_SENT: it has all left. */
static enum outcome
push_slice(struct worker *worker, struct connection *connection)
{
    struct iovec slice;
    int error = next_slice(worker, connection, &slice);

    if (error == -EAGAIN)
        return wait_for_piece(worker, connection);
    if (error < 0)
        return cut(worker, connection, error);
    return settle_sent(worker, connection,
                       send_slice(worker, connection, slice,
                                  more_follows(connection, slice.iov_len)),
                       stage_length(&worker->stage) + slice.iov_len);
}

/* What is staged, held back for the pages behind it. */
static enum outcome
push_stage(struct worker *worker, struct connection *connection)
{
    const size_t wanted = stage_length(&worker->stage);

    return settle_sent(worker, connection,
                       send_slice(worker, connection, (struct iovec){ 0 }, MSG_MORE), wanted);
}

static size_t
wanted_now(const struct worker *worker, const struct connection *connection, size_t most)
{
    const uint64_t left = connection->end - connection->position;
    const size_t wanted = left < worker->sender.budget ? (size_t)left : worker->sender.budget;

    return wanted < most ? wanted : most;
}

/* The same with pages of memory. After one piece the next connection has its turn. */
static enum outcome
push_pages(struct worker *worker, struct connection *connection)
{
    const struct object *object = connection->object;
    const size_t wanted = wanted_now(worker, connection, SPLICE_PIECE);
    const char *bytes = object->ops->map(object) + connection->position;
    ssize_t sent;

    if (stage_length(&worker->stage) > 0)
        return push_stage(worker, connection);
    if (worker->sender.budget > SPLICE_PIECE)
        worker->sender.budget = SPLICE_PIECE;
    sent = splice_send(&worker->sender.pipe, connection->watch.fd, bytes, wanted);
    if (sent > 0)
        slot_add(&worker->slot->handed, (uint64_t)sent);
    return settle_sent(worker, connection, sent, wanted);
}

/* What sendfile(2) says of the file. A negative errno; 0: nothing is wrong with it. */
static int
file_error(const struct object *object, ssize_t sent, size_t wanted)
{
    int error;

    if (sent < 0)
        return errno == EIO || errno == ESTALE ? -errno : 0;
    if ((size_t)sent == wanted || (error = object_verify(object)) == 0)
        return sent == 0 ? -EIO : 0;
    return error;
}

/* A signal ends a call early, so only a call that sends nothing shows that the socket is full.
 * 0: the file has no more. */
static ssize_t
send_file(int fd, int file, off_t offset, size_t wanted)
{
    size_t done = 0;
    ssize_t n;

    do {
        n = sendfile(fd, file, &offset, wanted - done);
        done += n > 0 ? (size_t)n : 0;
    } while ((n > 0 && done < wanted) || (n < 0 && errno == EINTR));
    return n == 0 || done == 0 ? n : (ssize_t)done;
}

/* The same with sendfile(2). */
static enum outcome
push_file(struct worker *worker, struct connection *connection)
{
    const struct object *object = connection->object;
    const size_t wanted = wanted_now(worker, connection, SIZE_MAX);
    uint64_t base;
    const int file = object->ops->file(object, &base);
    ssize_t sent;
    int error;

    if (stage_length(&worker->stage) > 0)
        return push_stage(worker, connection);
    if ((error = object_verify(object)) < 0)
        return cut(worker, connection, error);
    sent = send_file(connection->watch.fd, file, (off_t)(base + connection->position), wanted);
    if ((error = file_error(object, sent, wanted)) < 0)
        return cut(worker, connection, error);
    if (sent > 0)
        slot_add(&worker->slot->handed, (uint64_t)sent);
    return settle_sent(worker, connection, sent < 0 && errno == EAGAIN ? 0 : sent, wanted);
}

/* A body that fits in a socket needs no slot. */
static bool
is_large(const struct worker *worker, const struct connection *connection)
{
    return connection->object &&
           (connection->admission.standing != ADMISSION_NONE ||
            connection->end - connection->position > worker->sender.chunk_size);
}

/* Many small bodies fill a socket, too, if a client pipelines and does not read. */
static void
fit_buffer(struct worker *worker, struct connection *connection, bool large, bool pages)
{
    if (large || connection->sndbuf.sent > worker->sender.chunk_size)
        sndbuf_fit(&connection->sndbuf, connection->watch.fd, worker->server->sndbuf,
                   sndbuf_times(worker->admissions.held, pages));
}

static enum transmit_way
choose_way(const struct worker *worker, const struct connection *connection, bool large)
{
    const struct object *object = connection->object;
    uint64_t offset;

    if (object == NULL)
        return TRANSMIT_COPY;
    return transmit_choose(worker->server->transmit,
                           (struct transmit_choice){
                               .mapped = object->ops->map != NULL,
                               .file = object->ops->file(object, &offset) >= 0,
                               .pipe = splice_capacity(&worker->sender.pipe) > 0,
                               .loopback = connection->sndbuf.loopback,
                               .large = large,
                           },
                           worker->sender.load.busy);
}

static enum outcome (*const pushes[])(struct worker *worker, struct connection *connection) = {
    [TRANSMIT_COPY] = push_slice,
    [TRANSMIT_FILE] = push_file,
    [TRANSMIT_PAGES] = push_pages,
};

enum outcome
sender_push(struct worker *worker, struct connection *connection)
{
    enum outcome outcome = OUTCOME_SENT;

    stage_restore(&worker->stage, &connection->outbox);
    pacing_adjust(worker, connection);
    while (outcome == OUTCOME_SENT && pending(worker, connection)) {
        const bool large = is_large(worker, connection);
        const enum transmit_way way = choose_way(worker, connection, large);

        if (worker->sender.budget == 0)
            return pause_sending(worker, connection, OUTCOME_YIELDED);
        if (large && !admission_ask(worker, connection))
            return pause_sending(worker, connection, OUTCOME_QUEUED);
        fit_buffer(worker, connection, large, way == TRANSMIT_PAGES);
        outcome = pushes[way](worker, connection);
    }
    if (outcome == OUTCOME_SENT) {
        activity_done(worker, connection);
        inflight_done(worker, connection);
    }
    return outcome;
}

struct connection *
sender_loaded(struct worker *worker)
{
    struct reader_job *job;

    while ((job = reader_next(worker->sender.reader)) != NULL) {
        struct connection *connection = job->connection;

        if (connection == NULL) {
            reader_release(worker->sender.reader, job);
            continue;
        }
        connection->loading = NULL;
        connection->loaded = job;
        return connection;
    }
    return NULL;
}

/* --- begin and end ------------------------------------------------------------------------ */

static size_t
chunk_capacity(const struct sender *sender)
{
    return sender->chunk_size * SNDBUF_TIMES + LINE;
}

/* Without a pipe, bodies are copied, as on systems where pages can't be passed. */
static void
open_pipe(struct worker *worker)
{
    const enum transmit transmit = worker->server->transmit;
    int error;

    worker->sender.pipe = SPLICE_NONE;
    if (transmit != TRANSMIT_AUTO && transmit != TRANSMIT_VMSPLICE)
        return;
    if ((error = splice_open(&worker->sender.pipe)) < 0)
        log_write(transmit == TRANSMIT_AUTO ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
                  "no pipe to pass pages through (see pipe(7)): %s; bodies are copied",
                  strerror(-error));
    slot_set(&worker->slot->pipe, splice_capacity(&worker->sender.pipe));
}

int
sender_open(struct worker *worker)
{
    struct sender *sender = &worker->sender;

    open_pipe(worker);
    sender->chunk_size = sndbuf_chunk(worker->server->sndbuf);
    sender->chunk = nodump_alloc(chunk_capacity(sender));
    sender->reader = reader_create(&(struct reader_plan){
        .sections = worker->shared->slots.sections,
        .threads = worker->server->read_threads,
        .piece = sender->chunk_size * SNDBUF_TIMES,
        .pieces = worker->server->max_pieces + 1,
    });
    return sender->chunk && sender->reader ? 0 : -ENOMEM;
}

void
sender_release(struct worker *worker)
{
    nodump_free(worker->sender.chunk, chunk_capacity(&worker->sender));
    splice_close(&worker->sender.pipe);
    reader_destroy(worker->sender.reader);
}
