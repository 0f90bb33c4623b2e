/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange: from received bytes to responses. Each step returns its outcome; connection.c
 * decides what follows from it.
 *
 * Heads are read where recv(2) put them: in the worker's inbox, behind the connection's own
 * inbox if a part of a head had arrived before. Small responses gather in the stage and share a
 * system call; while a body can't be sent at once, nothing is read. Unread bytes are kept, at
 * most server.max_header_size of them, so a client that pipelines faster than it reads is
 * stopped by its own socket.
 */
#include "worker/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/proxy_protocol.h"
#include "worker/sender.h"
#include "worker/serve.h"
#include "worker/worker.h"

/* Is there space for one more response? What the object's own fields add is known at load. */
static bool
response_fits(const struct worker *worker)
{
    return stage_space(&worker->stage) >= worker->shared->catalogue->head_max;
}

/*
 * Answers the heads in input, in order, and removes them. Ends when no complete head is left,
 * when a response can't be sent at once, or when the connection takes no more requests.
 * OUTCOME_SENT: all responses have been sent.
 */
static enum outcome
answer_heads(struct worker *worker, struct connection *connection, struct input *input)
{
    while (input->length > 0 && !connection->closing) {
        enum outcome result = serve_head(worker, connection, input);

        if (result != OUTCOME_SENT)
            return result;
        if (input->head.length == 0)
            break;
        input->at += input->head.length;
        input->length -= input->head.length;
        input->head = (struct head){ 0 };
        input->advanced = true;
        if (connection->object == NULL && response_fits(worker) &&
            inflight_fits(connection->inflight))
            continue;
        if ((result = sender_push(worker, connection)) != OUTCOME_SENT)
            return result;
        if (worker->sender.budget == 0)
            return OUTCOME_YIELDED;
    }
    return sender_push(worker, connection);
}

/* All responses have been sent: what is next? A head keeps the deadline that it got when it
 * began; the next one gets its own. */
static enum outcome
all_answered(const struct connection *connection, const struct input *input)
{
    if (connection->closing)
        return OUTCOME_FINISHED;
    if (connection->inbox == NULL)
        return OUTCOME_IDLE;
    return input->advanced ? OUTCOME_NEXT_HEAD : OUTCOME_HEAD;
}

/* Answers what it can now, and keeps the rest of input. */
static enum outcome
answer_input(struct worker *worker, struct connection *connection, struct input *input)
{
    const enum outcome outcome = answer_heads(worker, connection, input);

    if (outcome == OUTCOME_BROKEN || outcome == OUTCOME_CLOSED)
        return outcome;
    if (connection->closing)
        input->length = 0;
    if (inbox_keep(&connection->inbox, input->at, input->length, &input->head,
                   (size_t)worker->server->max_header_size) < 0)
        return serve_give_up(worker, connection);
    return outcome == OUTCOME_SENT ? all_answered(connection, input) : outcome;
}

static struct input
input_of(const struct inbox *inbox)
{
    if (inbox == NULL)
        return (struct input){ 0 };
    return (struct input){ .at = inbox->bytes, .length = inbox->length, .head = inbox->head };
}

/* A signal may interrupt it; the next edge may never come. */
static ssize_t
receive(const struct connection *connection, char *bytes, size_t size, int flags)
{
    ssize_t n;

    do
        n = recv(connection->watch.fd, bytes, size, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

/* End of file between requests ends the connection; so does a reset. */
static enum outcome
received_nothing(struct connection *connection, ssize_t n)
{
    if (n == 0 || errno != EAGAIN)
        return OUTCOME_CLOSED;
    connection->readable = false;
    return OUTCOME_NOTHING;
}

static enum outcome
refuse_limited(struct worker *worker, struct connection *connection)
{
    struct input none = { 0 };

    serve_refuse(worker, connection, &none, 429, "too many connections of this client", false);
    return answer_input(worker, connection, &none);
}

/* A proxy tells for whom it connects, before everything else. OUTCOME_SENT: it has. */
static enum outcome
take_proxy_header(struct worker *worker, struct connection *connection, struct input *input)
{
    struct address client;
    size_t length;

    switch (proxy_protocol_read(input->at, input->length, &length, &client)) {
    case PROXY_PROTOCOL_MORE:
        if (inbox_keep(&connection->inbox, input->at, input->length, &input->head,
                       (size_t)worker->server->max_header_size) < 0)
            return serve_give_up(worker, connection);
        return OUTCOME_HEAD;
    case PROXY_PROTOCOL_BAD:
        slot_add(&worker->slot->untrusted, 1);
        log_client(LOG_LEVEL_DEBUG, "refused: a bad header of the PROXY protocol");
        return OUTCOME_BROKEN;
    case PROXY_PROTOCOL_DONE:
        break;
    }
    connection->proxied = false;
    if (client.family != AF_UNSPEC)
        connection->client = client;
    input->at += length;
    input->length -= length;
    if (!bounds_connect(worker, connection))
        return refuse_limited(worker, connection);
    return OUTCOME_SENT;
}

enum outcome
exchange_receive(struct worker *worker, struct connection *connection)
{
    struct input input = input_of(connection->inbox);
    const size_t space = (size_t)worker->server->max_header_size - input.length;
    ssize_t n = receive(connection, worker->exchange.inbox + input.length, space, 0);
    enum outcome outcome;

    if (n <= 0)
        return received_nothing(connection, n);
    if ((size_t)n < space && !connection->hangup)
        connection->readable = false;
    if (input.length > 0)
        memcpy(worker->exchange.inbox, input.at, input.length);
    input.at = worker->exchange.inbox;
    input.length += (size_t)n;
    if (connection->proxied &&
        (outcome = take_proxy_header(worker, connection, &input)) != OUTCOME_SENT)
        return outcome;
    return answer_input(worker, connection, &input);
}

enum outcome
exchange_idle_out(struct worker *worker, struct connection *connection)
{
    const enum outcome outcome = exchange_receive(worker, connection);

    if (outcome != OUTCOME_NOTHING)
        return outcome;
    return worker->drain.until != 0 ? OUTCOME_FINISHED : OUTCOME_CLOSED;
}

enum outcome
exchange_send(struct worker *worker, struct connection *connection)
{
    const enum outcome outcome = sender_push(worker, connection);
    struct input input;

    if (outcome != OUTCOME_SENT)
        return outcome;
    input = input_of(connection->inbox);
    return answer_input(worker, connection, &input);
}

/* MSG_TRUNC: nothing is copied. One piece a turn, so that a flood does not hold up the others.
 */
enum outcome
exchange_discard(struct worker *worker, struct connection *connection)
{
    const ssize_t n =
        receive(connection, worker->exchange.inbox, worker->server->max_header_size, MSG_TRUNC);

    return n > 0 ? OUTCOME_AGAIN : received_nothing(connection, n);
}

enum outcome
exchange_time_out(struct worker *worker, struct connection *connection)
{
    const enum outcome outcome = exchange_receive(worker, connection);
    struct input begun;
    struct input none = { 0 };

    if (outcome != OUTCOME_NOTHING && outcome != OUTCOME_HEAD)
        return outcome;
    if (connection->proxied)
        return OUTCOME_BROKEN;
    begun = input_of(connection->inbox);
    serve_refuse(worker, connection, &begun, 408, "the head did not arrive in time", false);
    return answer_input(worker, connection, &none);
}

enum outcome
exchange_wait_out(struct worker *worker, struct connection *connection)
{
    return open_file_time_out(worker, connection) ? exchange_send(worker, connection)
                                                  : OUTCOME_BROKEN;
}

enum outcome
exchange_refuse_busy(struct worker *worker, struct connection *connection)
{
    struct input none = { 0 };

    if (connection->limited)
        return refuse_limited(worker, connection);
    serve_refuse(worker, connection, &none, 503, "too many connections", false);
    return answer_input(worker, connection, &none);
}

int
exchange_open(struct worker *worker)
{
    struct exchange *exchange = &worker->exchange;

    exchange->inbox = malloc(worker->server->max_header_size);
    exchange->path = malloc(worker->server->max_target_size);
    request_id_seed(&exchange->ids);
    exchange->stale = calloc(worker->shared->catalogue->count, sizeof(*exchange->stale));
    return exchange->inbox && exchange->path && exchange->stale ? 0 : -ENOMEM;
}

void
exchange_release(struct worker *worker)
{
    free(worker->exchange.inbox);
    free(worker->exchange.path);
    free(worker->exchange.stale);
}
