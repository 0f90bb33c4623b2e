/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve: small bodies are copied behind their heads. The order of the decisions is that of
 * response.h; what concerns the state of this worker comes before or after it.
 */
#include "worker/serve.h"

#include <errno.h>
#include <string.h>

#include "http/authority.h"
#include "http/byteranges.h"
#include "http/request.h"
#include "http/response.h"
#include "http/response_head.h"
#include "worker/multipart.h"
#include "worker/pacing.h"
#include "worker/reader.h"
#include "worker/worker.h"

/* Bodies up to this size are copied behind their heads, to share a system call. */
#define COPY_MAX 4096

/* Seconds after which the client of an absent object may ask again; how long it really takes is
 * the disk's matter. */
#define RETRY_AFTER 5

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

void
serve_refuse(struct worker *worker, struct connection *connection, const struct input *input,
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

    serve_refuse(worker, connection, input, info->status, info->text,
                 input->head.method == METHOD_HEAD);
    log_client(LOG_LEVEL_DEBUG, "refused: %s (%u)", info->name, info->status);
}

static bool *
stale_flag(struct worker *worker, const struct object *object)
{
    return &worker->exchange.stale[open_file_number(worker, object)];
}

void
serve_note_stale(struct worker *worker, const struct object *object, int error)
{
    *stale_flag(worker, object) |= error == -ESTALE;
}

/* A changed file is not served until a reload, even if it changes back. Other errors concern
 * only this request. error: what opening it has come to. */
static bool
is_servable(struct worker *worker, const struct object *object, int error)
{
    char name[OBJECT_NAME_SIZE];

    if (*stale_flag(worker, object))
        return false;
    if (error == 0 && (error = object_verify(object)) == 0)
        return true;
    *stale_flag(worker, object) = error == -ESTALE;
    object_name(object, name);
    if (error == -ESTALE)
        log_warning("%s: changed; answered with 500 until a reload", name);
    else
        log_client(LOG_LEVEL_WARNING, "%s: %s; answered with 500", name, strerror(-error));
    return false;
}

/* The object waits for room, or its file for its turn. */
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

enum outcome
serve_give_up(struct worker *worker, struct connection *connection)
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

/* It can be served later. */
static bool
is_postponed(const struct object *object, int error)
{
    return object->absent || error == -EBUSY || error == -ETIMEDOUT || error == -EMFILE ||
           error == -ENFILE || error == -ENOMEM;
}

/* Is it for this server (RFC 9110 section 7.4)? */
static bool
is_directed_here(const struct worker *worker, const struct request *request)
{
    const struct header_list *hosts = &worker->server->hosts;

    return hosts->count == 0 || authority_is_among(request->host, hosts->items, hosts->count);
}

/* representation: of the object, which may be NULL; error: see is_servable(). */
static void
decide_response(struct worker *worker, const struct request *request,
                const struct object *object, const struct representation *representation,
                int error, struct response *response)
{
    if (!is_directed_here(worker, request))
        response_failure(request, 421, response);
    else if (object && is_postponed(object, error))
        postpone(request, response);
    else if (object && !is_servable(worker, object, error))
        response_failure(request, 500, response);
    else
        response_decide(request, representation, worker->server->max_ranges,
                        worker->date_second, response);
    if (object && error == 0 && response->body && must_wait_too_long(worker, object))
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

/* The object, which may be NULL, in the coding that the client prefers, if that can be served.
 */
static const struct object *
choose_form(struct worker *worker, const struct object *object, const struct request *request)
{
    const struct object *form =
        object ? catalogue_choose(worker->shared->catalogue, object, request) : NULL;

    return form == object || is_servable(worker, form, 0) ? form : object;
}

/* What is sent in place of an object that is not there, or NULL: the path of a directory
 * without its slash is redirected, and there may be a page for the others. */
static const struct object *
find_substitute(struct worker *worker, const struct request *request,
                struct object_description *description, struct response *response)
{
    const struct catalogue *catalogue = worker->shared->catalogue;
    const struct object *directory = catalogue_find_directory(catalogue, request->path);
    const struct object *page = NULL;

    if (directory) {
        response_redirect(response, object_path(directory));
        say_cors(worker, directory, request, response);
    } else
        page = choose_form(worker, catalogue_find(catalogue, SPAN("404")), request);
    if (page == NULL || page->absent || !is_servable(worker, page, 0))
        return NULL;
    object_describe(page, description);
    response_page(response, &description->representation);
    return page;
}

/* The head is read again when the file is there. What is staged leaves before. */
static enum outcome
wait_for_open(struct worker *worker, struct connection *connection, struct input *input)
{
    enum outcome outcome = OUTCOME_SENT;

    connection->requests--;
    input->head = (struct head){ 0 };
    if (stage_length(&worker->stage) > 0 || connection->outbox)
        outcome = sender_push(worker, connection);
    return outcome == OUTCOME_SENT ? OUTCOME_READING : outcome;
}

static struct span
serve_lines(const struct input *input)
{
    const struct head *head = &input->head;

    return (struct span){ input->at + head->first_field, head->line - head->first_field };
}

/* The client has too many under way. */
static void
refuse_request(const struct worker *worker, const struct request *request,
               const struct object *object, struct response *response)
{
    response_failure(request, 429, response);
    response->retry_after = BOUNDS_RETRY_AFTER;
    say_cors(worker, object, request, response);
}

/* It is under way. */
static void
count_body(struct worker *worker, struct connection *connection)
{
    bounds_begin(worker, connection);
    pacing_begin(worker, connection);
}

/* Its file is open, or error says why not. */
static enum outcome
serve_object(struct worker *worker, struct connection *connection,
             const struct request *request, const struct object *object, int error,
             const struct input *input)
{
    const struct representation *representation = NULL;
    struct object_description description;
    struct response response;

    if (object) {
        object_describe(object, &description);
        representation = &description.representation;
    }
    exchange_identify(worker, request);
    decide_response(worker, request, object, representation, error, &response);
    if (response.status == 404 &&
        (object = find_substitute(worker, request, &description, &response)) != NULL)
        representation = &description.representation;
    if (response.body && !bounds_admit(worker, connection, serve_lines(input)))
        refuse_request(worker, request, object, &response);
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
        return serve_give_up(worker, connection);
    if (connection->object)
        count_body(worker, connection);
    return OUTCOME_SENT;
}

/* As open_file_get(), for what is at the path. */
static int
find_open_object(struct worker *worker, struct connection *connection,
                 const struct request *request, const struct object **object)
{
    *object =
        is_directed_here(worker, request)
            ? choose_form(worker, catalogue_find(worker->shared->catalogue, request->path),
                          request)
            : NULL;
    if (*object == NULL || *stale_flag(worker, *object))
        return 0;
    return open_file_get(worker, connection, object);
}

/* Decides and stages the response to an understood request. OUTCOME_SENT: it is begun. */
static enum outcome
serve_request(struct worker *worker, struct connection *connection,
              const struct request *request, struct input *input)
{
    const struct object *object;
    enum outcome outcome;
    int error = find_open_object(worker, connection, request, &object);

    if (error == -ESTALE && !is_servable(worker, object, error))
        error = find_open_object(worker, connection, request, &object);
    if (error == -EAGAIN)
        return wait_for_open(worker, connection, input);
    outcome = serve_object(worker, connection, request, object, error, input);
    if (connection->object == NULL && outcome == OUTCOME_SENT)
        open_file_leave(connection);
    return outcome;
}

enum outcome
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
