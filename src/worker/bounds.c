/* SPDX-License-Identifier: BSD-2-Clause */
/* bounds: a response counts while its body is under way; small bodies leave with their heads.
 */
#include "worker/bounds.h"

#include "http/forwarded.h"
#include "worker/worker.h"

static const struct census *
census_of(const struct worker *worker)
{
    return &worker->shared->census;
}

static bool
has_reached(const struct worker *worker, uint64_t key, enum census_what what, unsigned limit)
{
    return limit > 0 && key != 0 && census_count(census_of(worker), key, what) >= limit;
}

static uint64_t
key_of_client(const struct worker *worker, const struct address *client)
{
    return network_contains(&worker->server->trusted_proxies, client)
               ? 0
               : census_key(census_of(worker), client);
}

void
bounds_take(struct worker *worker, struct connection *connection)
{
    if (worker->server->limit_connections == 0)
        return;
    connection->bounds.connection = key_of_client(worker, &connection->client);
    census_add(census_of(worker), worker->inherit->slot, connection->bounds.connection,
               CENSUS_CONNECTIONS);
}

bool
bounds_connect(struct worker *worker, struct connection *connection)
{
    const unsigned limit = worker->server->limit_connections;

    if (limit > 0 && has_reached(worker, key_of_client(worker, &connection->client),
                                 CENSUS_CONNECTIONS, limit)) {
        slot_add(&worker->slot->limited, 1);
        return false;
    }
    bounds_take(worker, connection);
    return true;
}

bool
bounds_admit(struct worker *worker, struct connection *connection, struct span fields)
{
    const struct config_server *server = worker->server;
    struct address client;

    if (server->limit_requests == 0)
        return true;
    client = forwarded_client(&connection->client, fields,
                              access_log_forwarded(server->real_ip_header),
                              &server->trusted_proxies);
    connection->bounds.next = key_of_client(worker, &client);
    if (!has_reached(worker, connection->bounds.next, CENSUS_RESPONSES, server->limit_requests))
        return true;
    slot_add(&worker->slot->limited, 1);
    return false;
}

void
bounds_begin(struct worker *worker, struct connection *connection)
{
    connection->bounds.response = connection->bounds.next;
    census_add(census_of(worker), worker->inherit->slot, connection->bounds.response,
               CENSUS_RESPONSES);
}

void
bounds_end(struct worker *worker, struct connection *connection)
{
    census_remove(census_of(worker), worker->inherit->slot, connection->bounds.response,
                  CENSUS_RESPONSES);
    connection->bounds.response = connection->bounds.next = 0;
}

void
bounds_leave(struct worker *worker, struct connection *connection)
{
    bounds_end(worker, connection);
    census_remove(census_of(worker), worker->inherit->slot, connection->bounds.connection,
                  CENSUS_CONNECTIONS);
    connection->bounds.connection = 0;
}
