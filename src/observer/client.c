/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client: reads a request, finds its route, checks what the route does not accept, lets the
 * page write its content into memory, and sends it.
 */
#include "observer/client.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "observer/origin.h"
#include "observer/reply.h"

#define REQUEST_MS    10000 /* until the whole request is there */
#define REPLY_SECONDS 120   /* after a window, for the reply to be made and taken */

/* What has become clear so far. */
struct service {
    const struct client *client;
    struct peer peer;
    struct message message;
    const struct route *route;
    struct query query;
    bool head_only;
    char reason[QUERY_ERROR_MAX]; /* backs an error's */
};

static const struct message_error fine = { 0 };

/* --- what is asked ------------------------------------------------------------------------ */

static struct message_error
find_route(struct service *service)
{
    const struct message *message = &service->message;
    enum method method = message->request.method;
    bool post = span_equal(message->method, SPAN("POST"));

    if (method == METHOD_UNKNOWN)
        return (struct message_error){ 501, NULL };
    if ((service->route = service->client->find(message->request.path)) == NULL)
        return (struct message_error){ 404, "the index is at /debug/pprof/" };
    if (method != METHOD_GET && method != METHOD_HEAD && !(post && service->route->posts))
        return (struct message_error){ 405, NULL };
    return fine;
}

static struct message_error
check_query(struct service *service)
{
    struct query_rules rules = service->route->rules;

    rules.workers = service->client->view->shared->tables->workers;
    if (service->route->addresses ||
        query_read(&service->query, service->message.query, &rules, service->reason))
        return fine;
    return (struct message_error){ 400, service->reason };
}

static struct message_error
check_origin(struct service *service)
{
    const struct client *client = service->client;

    if (origin_allows(&service->message, client->peer.fd,
                      &client->view->shared->config->debug.hosts, service->reason))
        return fine;
    return (struct message_error){ 403, service->reason };
}

static struct message_error
take_seat(const struct service *service)
{
    if (service->route->quick || seat_take(service->client->seats, service->client->owner))
        return fine;
    return (struct message_error){ 503, "too many clients; see [debug] max_clients" };
}

static struct message_error
understand(struct service *service)
{
    struct message *message = &service->message;
    struct message_error error = message_read_head(message, &service->peer);

    service->head_only = message->head.method == METHOD_HEAD;
    if (error.status == 0)
        error = check_origin(service);
    if (error.status == 0)
        error = find_route(service);
    if (error.status == 0)
        error = check_query(service);
    if (error.status == 0 && message->request.method == METHOD_KNOWN)
        error = message_read_content(message, &service->peer);
    if (error.status == 0)
        error = take_seat(service);
    return error;
}

/* --- what is answered --------------------------------------------------------------------- */

static int
client_reply(struct service *service)
{
    char *content = NULL;
    size_t length = 0;
    struct page page = {
        .view = service->client->view,
        .peer = &service->peer,
        .message = &service->message,
        .query = service->query,
        .subscription = service->client->subscription,
        .head_only = service->head_only,
        .out = open_memstream(&content, &length),
        .status = 200,
        .type = PAGE_TEXT,
    };
    struct reply reply;
    int error = -ENOMEM;

    if (page.out == NULL)
        return reply_send_error(500, "out of memory", NULL, page.head_only, &service->peer);
    service->route->write(&page);
    if (fflush(page.out) == 0 && !ferror(page.out))
        error = 0;
    fclose(page.out);
    reply = (struct reply){ .status = page.status,
                            .type = page.type,
                            .policy = page.policy,
                            .file_name = page.file_name,
                            .content = { content, length },
                            .head_only = page.head_only };
    if (error < 0)
        error = reply_send_error(500, "out of memory", NULL, page.head_only, &service->peer);
    else if (!page.abandoned)
        error = reply_send(&reply, &service->peer);
    free(content);
    return error;
}

static int
respond(struct service *service)
{
    struct message_error error = understand(service);

    if (error.status < 0)
        return error.status;
    if (error.status > 0)
        return reply_send_error((unsigned)error.status, error.reason,
                                error.status == 405 ? route_methods(service->route) : NULL,
                                service->head_only, &service->peer);
    alarm(service->query.seconds + REPLY_SECONDS);
    return client_reply(service);
}

void
client_serve(const struct client *client)
{
    struct service service = { .client = client, .peer = client->peer };
    int error;

    service.peer.deadline = clock_now() + REQUEST_MS;
    alarm(REPLY_SECONDS);
    if ((error = respond(&service)) < 0)
        log_debug("client: %s", strerror(-error));
    seat_give(client->seats, client->owner);
    peer_finish(&service.peer);
    message_free(&service.message);
}
