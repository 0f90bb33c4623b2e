/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender: the room where the bytes leave.
 *
 * One sendmsg(2) carries what is staged and a slice of the body, so a head never travels alone.
 * A connection may hand over server.turn_size bytes a turn; then the next has its turn, which
 * keeps the bytes in flight inside the caches and one fast client from starving the others. A
 * short write says that the socket is full: the edge-triggered event tells when to go on.
 */
#include "worker/sender.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "worker/multipart.h"

/* The next slice of the body, at most limit bytes; empty when no body is under way. For a file
 * that is the moment to read it. False when it can't be read. */
static bool
next_slice(struct worker *worker, const struct connection *connection, size_t limit,
           struct iovec *slice)
{
    const struct object *object = connection->object;
    uint64_t left = connection->end - connection->position;
    ssize_t n;

    *slice = (struct iovec){ 0 };
    if (object == NULL || left == 0)
        return true;
    if (left < limit)
        limit = (size_t)left;
    if (object->ops->map) {
        slice->iov_base = (char *)(uintptr_t)object->ops->map(object) + connection->position;
        slice->iov_len = limit;
        return true;
    }
    if (limit > SENDER_CHUNK)
        limit = SENDER_CHUNK;
    n = object->ops->read(object, worker->chunk, limit, connection->position);
    if (n < 0) {
        errno = (int)-n;
        return false;
    }
    *slice = (struct iovec){ .iov_base = worker->chunk, .iov_len = (size_t)n };
    return true;
}

static bool
more_follows(const struct connection *connection, size_t slice)
{
    return connection->object &&
           (connection->multipart || connection->end - connection->position > slice);
}

/* One system call. Bytes taken, 0 when the socket is full, or -1. */
static ssize_t
send_slice(struct worker *worker, struct connection *connection, struct iovec slice)
{
    struct stage *stage = &worker->stage;
    struct iovec iov[2] = { { stage->bytes + stage->start, stage_length(stage) }, slice };
    struct msghdr message = { .msg_iov = iov, .msg_iovlen = slice.iov_len ? 2 : 1 };
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    ssize_t n;

    if (iov[0].iov_len == 0) {
        message.msg_iov = &iov[1];
        message.msg_iovlen = 1;
    }
    if (more_follows(connection, slice.iov_len))
        flags |= MSG_MORE;
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
    if (body == 0)
        return;
    connection->position += body;
    slot_add(&slots_object(worker->inherit->slots, worker->inherit->slot,
                           connection->object->index)
                  ->bytes,
             body);
}

/* The file is not what was announced: the client must not take what it has for the whole. */
static enum sender_result
cut(struct worker *worker, struct connection *connection)
{
    const struct config_asset *asset = connection->object->asset;

    log_warning("asset %s: %s: %s; an answer was cut", asset->path, asset->file,
                errno == ESTALE ? "changed while it was served" : strerror(errno));
    worker->stale[connection->object->index] = true;
    stage_clear(&worker->stage);
    connection_reset(worker, connection);
    return SENDER_FAILED;
}

static enum sender_result
lost(struct worker *worker, struct connection *connection)
{
    log_debug("a client is gone: %s", strerror(errno));
    stage_clear(&worker->stage);
    connection_close(worker, connection);
    return SENDER_FAILED;
}

/* Not all has left. What is staged must not be lost to the next connection. */
static enum sender_result
pause_sending(struct worker *worker, struct connection *connection, enum sender_result result)
{
    int queued = 0;

    if (!stage_save(&worker->stage, &connection->outbox)) {
        errno = ENOMEM;
        return lost(worker, connection);
    }
    if (result == SENDER_BLOCKED && ioctl(connection->watch.fd, SIOCOUTQ, &queued) == 0)
        connection->unacknowledged = (uint32_t)queued;
    return result;
}

/* Is there anything to send? Steps to the next part of a multipart body when one has left. */
static bool
pending(struct worker *worker, struct connection *connection)
{
    if (connection->object && connection->position == connection->end &&
        !multipart_next(worker, connection)) {
        multipart_free(connection->multipart);
        connection->multipart = NULL;
        connection->object = NULL;
    }
    return connection->object || stage_length(&worker->stage) > 0;
}

enum sender_result
sender_push(struct worker *worker, struct connection *connection)
{
    stage_restore(&worker->stage, &connection->outbox);
    while (pending(worker, connection)) {
        struct iovec slice;
        size_t wanted;
        ssize_t sent;

        if (!next_slice(worker, connection, worker->budget, &slice))
            return cut(worker, connection);
        wanted = stage_length(&worker->stage) + slice.iov_len;
        if ((sent = send_slice(worker, connection, slice)) < 0)
            return lost(worker, connection);
        account(worker, connection, (size_t)sent);
        if ((size_t)sent < wanted)
            return pause_sending(worker, connection, SENDER_BLOCKED);
        worker->budget -= (size_t)sent < worker->budget ? (size_t)sent : worker->budget;
        if (worker->budget == 0 && pending(worker, connection))
            return pause_sending(worker, connection, SENDER_YIELDED);
    }
    return SENDER_DONE;
}
