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

#include "http/byteranges.h"
#include "http/head.h"
#include "http/request.h"
#include "http/response.h"
#include "http/response_head.h"
#include "worker/multipart.h"
#include "worker/reader.h"
#include "worker/sender.h"
#include "worker/worker.h"

/* Bodies up to this size are copied behind their heads, to share a system call. */
#define COPY_MAX 4096

/* Seconds after which the client of an absent object may ask again; how long it really takes is
 * the disk's matter. */
#define RETRY_AFTER 5

/* The bytes received that are not yet answered. */
struct input {
    const char *at;
    size_t length;
    struct head head; /* how far the first of them are understood */
    bool advanced;    /* a head has been taken off: another one is at the front now */
};

static struct head_limits
limits_of(const struct config_server *server)
{
    return (struct head_limits){ .size = (size_t)server->max_header_size,
                                 .target = (size_t)server->max_target_size,
                                 .fields = server->max_header_fields };
}

static struct slot_counters *
counters_of(const struct worker *worker, const struct object *object)
{
    return slots_object(&worker->shared->slots, worker->inherit->slot, object->asset->section);
}

/* --- responses ------------------------------------------------------------------------------
 */

/* From now on logs, traces and a crash name the request. NULL: it was not understood. */
static void
exchange_identify(struct worker *worker, const struct request *request)
{
    struct exchange *exchange = &worker->exchange;

    if (worker->server->request_id == REQUEST_ID_OFF)
        return;
    request_id_find(&exchange->id, request, &exchange->ids);
    activity_identify(exchange->id.text);
}

/* What responses tell of it. */
static struct span
told_id(const struct worker *worker)
{
    return worker->server->request_id == REQUEST_ID_RESPONSE
               ? request_id_span(&worker->exchange.id)
               : (struct span){ NULL, 0 };
}

/* Stages an error response, after which the connection closes. */
static void
exchange_refuse(struct worker *worker, struct connection *connection, const struct input *input,
                unsigned status, const char *reason, bool head_only)
{
    struct stage *stage = &worker->stage;
    size_t staged;

    exchange_identify(worker, NULL);
    staged = response_head_refusal(stage->bytes + stage->end, stage_space(stage), status,
                                   reason, head_only, told_id(worker), worker->date);
    stage->end += staged;
    slot_count_response(&worker->slot->served, status);
    activity_response(worker, connection, NULL, status);
    access_log_begin(worker, connection,
                     &(struct access_exchange){ .head = { input->at, input->length },
                                                .parsed = &input->head,
                                                .status = status,
                                                .staged = staged });
    connection->closing = true;
}

static void
refuse_head(struct worker *worker, struct connection *connection, const struct input *input,
            enum refusal refusal)
{
    const struct refusal_info *info = refusal_info(refusal);

    exchange_refuse(worker, connection, input, info->status, info->text,
                    input->head.method == METHOD_HEAD);
    log_debug("refused: %s (%u)", info->name, info->status);
}

static bool *
stale_flag(struct worker *worker, const struct object *object)
{
    return &worker->exchange.stale[object - worker->shared->catalogue->objects];
}

void
exchange_note_stale(struct worker *worker, const struct object *object, int error)
{
    *stale_flag(worker, object) |= error == -ESTALE;
}

/* A changed file is not served until a reload, even if it changes back. Other errors concern
 * only this request. */
static bool
is_servable(struct worker *worker, const struct object *object)
{
    const struct config_asset *asset = object->asset;
    int error;

    if (*stale_flag(worker, object))
        return false;
    if ((error = object_verify(object)) == 0)
        return true;
    *stale_flag(worker, object) = error == -ESTALE;
    if (error == -ESTALE)
        log_warning("asset %s: %s: changed; answered with 500 until a reload", asset->path,
                    asset->file);
    else
        log_warning("asset %s: %s: %s; answered with 500", asset->path, asset->file,
                    strerror(-error));
    return false;
}

/* The object waits for room. */
static void
postpone(const struct request *request, struct response *response)
{
    response_failure(request, 503, response);
    response->retry_after = RETRY_AFTER;
}

/* Appends as many bytes of the object as fit. False if they are not available at once. */
static bool
stage_bytes(struct stage *stage, const struct object *object, uint64_t from, size_t length)
{
    char *end = stage->bytes + stage->end;

    if (object->ops->map)
        stage_append(stage, object->ops->map(object) + from, length);
    else if (object->ops->read(object, end, length, from, false) == (ssize_t)length)
        stage->end += length;
    else
        return false;
    return true;
}

/* Puts the body behind its head if it is small and in memory, which includes the page cache. */
static bool
copy_body(struct worker *worker, const struct object *object, struct range range)
{
    struct stage *stage = &worker->stage;
    uint64_t length = range_length(range);

    if (length > COPY_MAX || length > stage_space(stage) ||
        !stage_bytes(stage, object, range.first, (size_t)length))
        return false;
    slot_add(&counters_of(worker, object)->bytes, length);
    histogram_add(&worker->slot->timing.body, &histogram_bytes, length);
    return true;
}

/* The range that is sent, unless there are several. */
static struct range
range_of(const struct object *object, const struct response *response)
{
    if (response->range_count == 1)
        return response->ranges[0];
    return (struct range){ .first = 0, .last = object->length - 1 };
}

/* Points the connection at what follows the head. False without memory. */
static bool
begin_body(struct worker *worker, struct connection *connection, const struct object *object,
           const struct response *response)
{
    const struct range range = range_of(object, response);

    if (response->range_count > 1) {
        connection->multipart = multipart_create(response->ranges, response->range_count);
        connection->object = object;
        connection->position = connection->end = 0;
        return connection->multipart != NULL;
    }
    if (copy_body(worker, object, range))
        return true;
    connection->object = object;
    connection->position = range.first;
    connection->end = range.last + 1;
    return true;
}

static bool
last_request(const struct worker *worker, const struct connection *connection)
{
    return worker->drain.until != 0 ||
           (worker->server->keepalive_requests != 0 &&
            connection->requests >= worker->server->keepalive_requests);
}

/* Another worker may have to send a large body. */
static bool
given_away(struct worker *worker, struct connection *connection, const struct object *object,
           const struct response *response, const struct input *input)
{
    return response->body && response->range_count <= 1 && stage_length(&worker->stage) == 0 &&
           range_length(range_of(object, response)) > worker->sender.chunk_size &&
           handoff_offer(worker, connection, input->at, input->length);
}

/* Out of memory: the client must not take an incomplete response for the whole. */
static enum outcome
exchange_give_up(struct worker *worker, struct connection *connection)
{
    connection->termination = TERMINATION_MEMORY;
    stage_clear(&worker->stage);
    return OUTCOME_BROKEN;
}

/* Limits the clients that wait for a hanging disk. */
static bool
must_wait_too_long(struct worker *worker, const struct object *object)
{
    return object->ops->read &&
           reader_waiting(worker->sender.reader, object) >= worker->server->max_reads;
}

/* Which web pages may read the response, errors included. */
static void
say_cors(const struct worker *worker, const struct object *object,
         const struct request *request, struct response *response)
{
    const struct header_list *list = object ? &object->asset->cors : &worker->server->cors;

    response_cors(request, &(struct cors){ .origins = list->items, .count = list->count },
                  response);
}

/* Bytes that are sent behind the head. */
static uint64_t
content_length(const struct object *object, const struct representation *representation,
               const struct response *response)
{
    if (!response->body)
        return 0;
    if (response->range_count > 1)
        return byteranges_length(representation, response->ranges, response->range_count);
    return range_length(range_of(object, response));
}

/* representation: of the object, which may be NULL. */
static void
exchange_decide(struct worker *worker, const struct request *request,
                const struct object *object, const struct representation *representation,
                struct response *response)
{
    if (object && object->absent)
        postpone(request, response);
    else if (object && !is_servable(worker, object))
        response_failure(request, 500, response);
    else
        response_decide(request, representation, worker->server->max_ranges,
                        worker->date_second, response);
    if (object && response->body && must_wait_too_long(worker, object))
        response_failure(request, 503, response);
    say_cors(worker, object, request, response);
}

static void
stage_head(struct worker *worker, struct connection *connection, const struct input *input,
           const struct object *object, const struct representation *representation,
           const struct response *response)
{
    struct stage *stage = &worker->stage;
    const size_t staged = response_head(stage->bytes + stage->end, stage_space(stage), response,
                                        representation, worker->date);

    stage->end += staged;
    access_log_begin(worker, connection,
                     &(struct access_exchange){
                         .head = { input->at, input->head.length },
                         .parsed = &input->head,
                         .object = object,
                         .response = response,
                         .status = response->status,
                         .staged = staged,
                         .content = content_length(object, representation, response) });
}

/* Decides and stages the response to an understood request. OUTCOME_SENT: it is begun. */
static enum outcome
serve_request(struct worker *worker, struct connection *connection,
              const struct request *request, const struct input *input)
{
    const struct object *object = catalogue_find(worker->shared->catalogue, request->path);
    const struct representation *representation = NULL;
    struct object_description description;
    struct response response;

    if (object) {
        object_describe(object, &description);
        representation = &description.representation;
    }
    exchange_identify(worker, request);
    exchange_decide(worker, request, object, representation, &response);
    response.id = told_id(worker);
    if (given_away(worker, connection, object, &response, input))
        return OUTCOME_CLOSED;
    response.close |= last_request(worker, connection);
    connection->closing = response.close;
    activity_response(worker, connection, object, response.status);
    stage_head(worker, connection, input, object, representation, &response);
    slot_count_response(&worker->slot->served, response.status);
    if (object)
        slot_count_response(counters_of(worker, object), response.status);
    if (response.body && !begin_body(worker, connection, object, &response))
        return exchange_give_up(worker, connection);
    return OUTCOME_SENT;
}

/* Answers the request whose head is at the front of input, if it is complete. OUTCOME_SENT:
 * input may hold another one. */
static enum outcome
serve_head(struct worker *worker, struct connection *connection, struct input *input)
{
    const struct head_limits limits = limits_of(worker->server);
    struct request request;
    enum refusal refusal;

    activity_head(connection);
    refusal = head_read(&input->head, input->at, input->length, &limits);
    if (refusal == REFUSAL_NONE && input->head.length == 0)
        return OUTCOME_SENT;
    connection->requests++;
    if (refusal == REFUSAL_NONE)
        refusal = request_parse(&request, &input->head, input->at, worker->exchange.path);
    if (refusal == REFUSAL_NONE)
        return serve_request(worker, connection, &request, input);
    refuse_head(worker, connection, input, refusal);
    return OUTCOME_SENT;
}

/* --- the exchange ------------------------------------------------------------------------- */

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
serve_input(struct worker *worker, struct connection *connection, struct input *input)
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
go_on(struct worker *worker, struct connection *connection, struct input *input)
{
    const enum outcome outcome = serve_input(worker, connection, input);

    if (outcome == OUTCOME_BROKEN || outcome == OUTCOME_CLOSED)
        return outcome;
    if (connection->closing)
        input->length = 0;
    if (inbox_keep(&connection->inbox, input->at, input->length, &input->head,
                   (size_t)worker->server->max_header_size) < 0)
        return exchange_give_up(worker, connection);
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

enum outcome
exchange_receive(struct worker *worker, struct connection *connection)
{
    struct input input = input_of(connection->inbox);
    const size_t space = (size_t)worker->server->max_header_size - input.length;
    ssize_t n = receive(connection, worker->exchange.inbox + input.length, space, 0);

    if (n <= 0)
        return received_nothing(connection, n);
    if ((size_t)n < space && !connection->hangup)
        connection->readable = false;
    if (input.length > 0)
        memcpy(worker->exchange.inbox, input.at, input.length);
    input.at = worker->exchange.inbox;
    input.length += (size_t)n;
    return go_on(worker, connection, &input);
}

enum outcome
exchange_send(struct worker *worker, struct connection *connection)
{
    const enum outcome outcome = sender_push(worker, connection);
    struct input input;

    if (outcome != OUTCOME_SENT)
        return outcome;
    input = input_of(connection->inbox);
    return go_on(worker, connection, &input);
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
    const struct input begun = input_of(connection->inbox);
    struct input none = { 0 };

    exchange_refuse(worker, connection, &begun, 408, "the head did not arrive in time", false);
    return go_on(worker, connection, &none);
}

enum outcome
exchange_refuse_busy(struct worker *worker, struct connection *connection)
{
    struct input none = { 0 };

    exchange_refuse(worker, connection, &none, 503, "too many connections", false);
    return go_on(worker, connection, &none);
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
