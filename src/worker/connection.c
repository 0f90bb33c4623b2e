/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: the life of one client, as a table of states.
 *
 * The socket is in the epoll set once, edge-triggered, for both directions: no system call
 * changes what is waited for. `readable` remembers an edge that came while the state did not
 * care. Nothing here is fatal; without memory a connection is closed.
 */
#include "worker/connection.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/exchange.h"
#include "worker/multipart.h"
#include "worker/reader.h"
#include "worker/worker.h"

#define EVENTS     (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define IDLE_TRIES 8 /* idle connections that are looked at before a client is refused */

static void connection_nothing(struct worker *worker, struct connection *connection);
static void linger(struct worker *worker, struct connection *connection);
static void send_stalled(struct worker *worker, struct connection *connection);

struct state {
    uint32_t interest; /* events that make it run */
    void (*run)(struct worker *worker, struct connection *connection);
    void (*expire)(struct worker *worker, struct connection *connection);
};

static const struct state states[CONNECTION_STATES] = {
    [CONNECTION_IDLE] = { EPOLLIN, exchange_receive, connection_close },
    [CONNECTION_DRAINING] = { EPOLLIN, exchange_receive, connection_finish },
    [CONNECTION_HEAD] = { EPOLLIN, exchange_receive, exchange_time_out },
    [CONNECTION_SEND] = { EPOLLOUT, exchange_send, send_stalled },
    [CONNECTION_READ] = { 0, connection_nothing, connection_reset },
    [CONNECTION_LINGER] = { EPOLLIN, linger, connection_close },
};

/* One turn of one connection. */
static void
connection_run(struct worker *worker, struct connection *connection)
{
    uint32_t id;

    worker->budget = (size_t)worker->server->send_max_chunk;
    id = activity_turn(worker, connection);
    states[connection->state].run(worker, connection);
    activity_turn_end(worker, id);
}

static void
connection_on_ready(struct worker *worker, struct watch *watch, uint32_t events)
{
    struct connection *connection = (struct connection *)watch;

    if (events & EPOLLERR) {
        connection_close(worker, connection);
        return;
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
        connection->readable = true;
    if (events & (EPOLLRDHUP | EPOLLHUP))
        connection->hangup = true;
    if (!connection->queued && events & (states[connection->state].interest | EPOLLHUP))
        connection_run(worker, connection);
}

static struct connection *
of_timer(struct timer *timer)
{
    return (struct connection *)(void *)((char *)timer - offsetof(struct connection, timer));
}

struct connection *
connection_open(struct worker *worker, int fd, enum trace_kind how)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (connection)
        connection->watch = (struct watch){ .ready = connection_on_ready, .fd = fd };
    if (connection == NULL || watch_begin(&worker->watches, &connection->watch, EVENTS) < 0) {
        free(connection);
        close(fd);
        return NULL;
    }
    worker->connections++;
    slot_add(&worker->slot->connections, 1);
    activity_open(worker, connection, how);
    connection_enter(worker, connection, CONNECTION_IDLE);
    return connection;
}

static void
leave_queue(struct worker *worker, struct connection *connection)
{
    TAILQ_REMOVE(&worker->queue, connection, turn);
    connection->queued = false;
    slot_add(&worker->slot->runnable, (uint64_t)-1);
    worker->queued--;
}

void
connection_close(struct worker *worker, struct connection *connection)
{
    activity_close(worker, connection);
    admission_leave(worker, connection);
    timers_disarm(&connection->timer);
    if (connection->queued)
        leave_queue(worker, connection);
    watch_end(&worker->watches, &connection->watch);
    close(connection->watch.fd);
    multipart_free(connection->multipart);
    if (connection->loading)
        reader_cancel(worker->reader, connection->loading);
    reader_release(worker->reader, connection->loaded);
    free(connection->inbox);
    free(connection->outbox);
    worker->connections--;
    worker->untrimmed = true;
    worker->refused -= connection->refused;
    free(connection);
    slot_add(&worker->slot->connections, (uint64_t)-1);
}

void
connection_reset(struct worker *worker, struct connection *connection)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };

    activity_note(worker, connection, TRACE_RESET, 0);
    setsockopt(connection->watch.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    connection_close(worker, connection);
}

void
connection_finish(struct worker *worker, struct connection *connection)
{
    if (shutdown(connection->watch.fd, SHUT_WR) < 0) {
        connection_close(worker, connection);
        return;
    }
    connection_enter(worker, connection, CONNECTION_LINGER);
    if (connection->readable)
        linger(worker, connection);
}

void
connection_enter(struct worker *worker, struct connection *connection,
                 enum connection_state state)
{
    enum connection_state from = connection->state;

    connection->state = state;
    activity_enter(worker, connection, from);
    connection_rearm(worker, connection);
}

void
connection_rearm(struct worker *worker, struct connection *connection)
{
    timers_arm(&worker->timers[connection->state], &connection->timer, worker->now);
}

void
connection_yield(struct worker *worker, struct connection *connection)
{
    if (connection->queued)
        return;
    connection->queued = true;
    slot_add(&worker->slot->runnable, 1);
    worker->queued++;
    TAILQ_INSERT_TAIL(&worker->queue, connection, turn);
}

void
connection_take_turn(struct worker *worker, struct connection *connection)
{
    leave_queue(worker, connection);
    connection_run(worker, connection);
}

void
connection_expire(struct worker *worker)
{
    for (size_t state = 0; state < CONNECTION_STATES; state++) {
        struct timer *timer;

        while ((timer = timers_due(&worker->timers[state], worker->now)) != NULL) {
            activity_note(worker, of_timer(timer), TRACE_TIMER, state);
            activity_serve(of_timer(timer));
            states[state].expire(worker, of_timer(timer));
            activity_serve(NULL);
        }
    }
}

/* Bytes may have come whose event has not. */
static bool
has_input(const struct connection *connection)
{
    char octet;

    return recv(connection->watch.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool
connection_close_idle(struct worker *worker)
{
    struct timer *timer = timers_first(&worker->timers[CONNECTION_IDLE]);

    for (int i = 0; timer && i < IDLE_TRIES; i++) {
        if (!has_input(of_timer(timer))) {
            connection_close(worker, of_timer(timer));
            return true;
        }
        timer = timers_next(&worker->timers[CONNECTION_IDLE], timer);
    }
    return false;
}

void
connection_close_lingering(struct worker *worker)
{
    struct timer *timer = timers_first(&worker->timers[CONNECTION_LINGER]);

    if (timer)
        connection_close(worker, of_timer(timer));
}

void
connection_drain(struct worker *worker)
{
    struct timer *timer;

    while ((timer = timers_first(&worker->timers[CONNECTION_IDLE])) != NULL)
        connection_enter(worker, of_timer(timer), CONNECTION_DRAINING);
}

/* How much of the body the client's kernel has, plus what a socket can hold at most, for as
 * long as that client alone is waited for; 0: it is not. */
static uint64_t
progress_of(const struct connection *connection)
{
    int queued = 0;

    if (connection->object == NULL || connection->multipart ||
        connection->admission.standing == ADMISSION_WAITING ||
        ioctl(connection->watch.fd, SIOCOUTQ, &queued) < 0)
        return 0;
    return connection->position + INT_MAX - (uint32_t)queued;
}

static bool
is_too_slow(const struct worker *worker, const struct connection *connection)
{
    const uint64_t wanted = worker->server->drain_rate * worker->server->send_timeout / 1000;
    const uint64_t before = connection->measured;
    const uint64_t now = progress_of(connection);

    return before != 0 && now >= before && now - before < wanted;
}

unsigned
connection_measure(struct worker *worker)
{
    const struct timer *ring = &worker->timers[CONNECTION_SEND].head;
    struct timer *next;
    unsigned slow = 0;

    for (struct timer *timer = ring->next; timer != ring; timer = next) {
        struct connection *connection = of_timer(timer);

        next = timer->next;
        if (is_too_slow(worker, connection)) {
            connection_reset(worker, connection);
            slow++;
        } else {
            connection->measured = progress_of(connection);
        }
    }
    return slow;
}

/* Every connection is in some state, and so in that state's queue. An answer that is cut ends
 * with a reset: some clients take a short body for a whole one. */
unsigned
connection_close_all(struct worker *worker)
{
    unsigned cut = 0;

    for (size_t state = 0; state < CONNECTION_STATES; state++) {
        struct timer *timer;

        while ((timer = timers_first(&worker->timers[state])) != NULL)
            if (state == CONNECTION_SEND || state == CONNECTION_READ) {
                connection_reset(worker, of_timer(timer));
                cut++;
            } else {
                connection_close(worker, of_timer(timer));
            }
    }
    return cut;
}

/* The peer may do what it likes meanwhile: the read comes back, and sending tells. */
static void
connection_nothing(struct worker *worker, struct connection *connection)
{
    (void)worker;
    (void)connection;
}

/* Discards what arrives (MSG_TRUNC: uncopied) until the peer closes too or the time is up. One
 * piece a turn, so that a flood does not hold the others up. */
static void
linger(struct worker *worker, struct connection *connection)
{
    ssize_t n =
        recv(connection->watch.fd, worker->inbox, worker->server->max_header_size, MSG_TRUNC);

    if (n > 0 || (n < 0 && errno == EINTR)) {
        connection_yield(worker, connection);
        return;
    }
    connection->readable = false;
    if (n == 0 || errno != EAGAIN)
        connection_close(worker, connection);
}

/* A slow reader is not a stalled one: while its kernel acknowledges bytes, it has more time. */
static void
send_stalled(struct worker *worker, struct connection *connection)
{
    int queued = 0;

    if (connection->admission.standing == ADMISSION_WAITING) {
        connection_rearm(worker, connection);
        return;
    }
    if (ioctl(connection->watch.fd, SIOCOUTQ, &queued) == 0 &&
        (uint32_t)queued < connection->unacknowledged) {
        connection->unacknowledged = (uint32_t)queued;
        connection_rearm(worker, connection);
        return;
    }
    log_info("a client took no byte for %llu ms: reset",
             (unsigned long long)worker->server->send_timeout);
    connection_reset(worker, connection);
}
