/* SPDX-License-Identifier: BSD-2-Clause */
/* connections: walks the queues of timers, since every connection is in the queue of its state.
 */
#include "worker/connections.h"

#include <sys/socket.h>

#include "worker/worker.h"

#define IDLE_TRIES 8 /* idle connections that are looked at before a client is refused */

void
connections_start(struct worker *worker)
{
    const struct config_server *server = worker->server;
    const uint64_t durations[CONNECTION_STATES] = {
        [CONNECTION_IDLE] = server->keepalive_timeout,
        [CONNECTION_DRAINING] = server->linger_timeout,
        [CONNECTION_HEAD] = server->header_timeout,
        [CONNECTION_SEND] = server->send_timeout,
        [CONNECTION_READ] = server->send_timeout,
        [CONNECTION_LINGER] = server->linger_timeout,
    };

    for (size_t i = 0; i < CONNECTION_STATES; i++)
        timers_init(&worker->connections.timers[i], durations[i]);
}

/* Bytes may have come whose event has not. */
static bool
has_input(const struct connection *connection)
{
    char octet;

    return recv(connection->watch.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool
connections_close_idle(struct worker *worker)
{
    struct timer *timer = timers_first(&worker->connections.timers[CONNECTION_IDLE]);

    for (int i = 0; timer && i < IDLE_TRIES; i++) {
        struct connection *connection = connection_of_timer(timer);

        if (!has_input(connection)) {
            connection_settle(worker, connection, OUTCOME_CLOSED);
            return true;
        }
        timer = timers_next(&worker->connections.timers[CONNECTION_IDLE], timer);
    }
    return false;
}

void
connections_close_lingering(struct worker *worker)
{
    struct timer *timer = timers_first(&worker->connections.timers[CONNECTION_LINGER]);

    if (timer)
        connection_settle(worker, connection_of_timer(timer), OUTCOME_CLOSED);
}

void
connections_drain(struct worker *worker)
{
    struct timer *timer;

    while ((timer = timers_first(&worker->connections.timers[CONNECTION_IDLE])) != NULL)
        connection_settle(worker, connection_of_timer(timer), OUTCOME_IDLE);
}

unsigned
connections_cut_slow(struct worker *worker)
{
    const struct timer *ring = &worker->connections.timers[CONNECTION_SEND].head;
    struct timer *next;
    unsigned slow = 0;

    for (struct timer *timer = ring->next; timer != ring; timer = next) {
        struct connection *connection = connection_of_timer(timer);

        next = timer->next;
        if (!progress_is_slow(worker, connection))
            continue;
        connection->termination = TERMINATION_DRAIN;
        connection_settle(worker, connection, OUTCOME_BROKEN);
        slow++;
    }
    return slow;
}

unsigned
connections_close_all(struct worker *worker)
{
    unsigned cut = 0;

    for (size_t state = 0; state < CONNECTION_STATES; state++) {
        const bool answering = state == CONNECTION_SEND || state == CONNECTION_READ;
        struct timer *timer;

        while ((timer = timers_first(&worker->connections.timers[state])) != NULL) {
            connection_of_timer(timer)->termination = TERMINATION_DRAIN;
            connection_settle(worker, connection_of_timer(timer),
                              answering ? OUTCOME_BROKEN : OUTCOME_CLOSED);
            cut += answering;
        }
    }
    return cut;
}
