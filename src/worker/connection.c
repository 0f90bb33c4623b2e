/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: the state machine of one client. `states` says what a state waits for and which
 * step it runs then; a step returns an outcome, and `transitions` says what follows from it.
 * Nothing else changes a state.
 *
 *      accept --> IDLE <--> HEAD           a request comes
 *                  |          |
 *                SEND <--> READ            its response leaves; a piece comes from the disk
 *                  |
 *                LINGER --> closed         after the last response
 *
 * The socket is in the epoll set once, edge-triggered, for both directions: no system call
 * changes what is waited for. `readable` remembers an edge that came while the state did not
 * care. Nothing here is fatal; without memory a connection is closed.
 */
#include "worker/connection.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/exchange.h"
#include "worker/multipart.h"
#include "worker/pacing.h"
#include "worker/reader.h"
#include "worker/sender.h"
#include "worker/worker.h"

#define EVENTS (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define SAME   CONNECTION_STATES /* instead of a next state: there is none */

/* --- the tables --------------------------------------------------------------------------- */

typedef enum outcome step(struct worker *worker, struct connection *connection);

static const struct state {
    uint32_t interest;    /* events that give it a turn */
    step *run;            /* in each turn; NULL: nothing */
    step *late;           /* when the state's time is over; NULL: */
    enum outcome expired; /* that is the outcome */
} states[CONNECTION_STATES] = {
    [CONNECTION_IDLE] = { EPOLLIN, exchange_receive, exchange_idle_out, 0 },
    [CONNECTION_DRAINING] = { EPOLLIN, exchange_receive, exchange_idle_out, 0 },
    [CONNECTION_HEAD] = { EPOLLIN, exchange_receive, exchange_time_out, 0 },
    [CONNECTION_SEND] = { EPOLLOUT, exchange_send, progress_expired, 0 },
    [CONNECTION_READ] = { 0, NULL, exchange_wait_out, 0 },
    [CONNECTION_LINGER] = { EPOLLIN, exchange_discard, NULL, OUTCOME_CLOSED },
};

/* The ways out of a state that need more than another state. False: the connection is gone. */
static bool connection_close(struct worker *worker, struct connection *connection);
static bool connection_reset(struct worker *worker, struct connection *connection);
static bool connection_shut_down(struct worker *worker, struct connection *connection);

enum next_turn {
    TURN_AT_EVENT,    /* of the next state */
    TURN_IF_READABLE, /* soon, if there is something to read; else at an event */
    TURN_SOON,        /* behind all others that have something to do */
};

static const struct transition {
    enum connection_state to;
    enum next_turn turn;
    enum marker wait; /* what it waits for, where waits are counted */
    bool same_time;   /* if it was in that state, its timer runs on */
    bool (*leave)(struct worker *worker, struct connection *connection); /* first */
} transitions[OUTCOMES] = {
    [OUTCOME_NOTHING] = { SAME, TURN_AT_EVENT, 0, true, NULL },
    [OUTCOME_AGAIN] = { SAME, TURN_SOON, 0, true, NULL },
    [OUTCOME_IDLE] = { CONNECTION_IDLE, TURN_IF_READABLE, 0, false, NULL },
    [OUTCOME_HEAD] = { CONNECTION_HEAD, TURN_IF_READABLE, 0, true, NULL },
    [OUTCOME_NEXT_HEAD] = { CONNECTION_HEAD, TURN_IF_READABLE, 0, false, NULL },
    [OUTCOME_BLOCKED] = { CONNECTION_SEND, TURN_AT_EVENT, MARKER_WAIT_CLIENT, false, NULL },
    [OUTCOME_YIELDED] = { CONNECTION_SEND, TURN_SOON, MARKER_WAIT_TURN, false, NULL },
    [OUTCOME_QUEUED] = { CONNECTION_SEND, TURN_AT_EVENT, MARKER_WAIT_TURN, false, NULL },
    [OUTCOME_READING] = { CONNECTION_READ, TURN_AT_EVENT, MARKER_WAIT_DISK, false, NULL },
    [OUTCOME_READY] = { CONNECTION_SEND, TURN_SOON, 0, false, NULL },
    [OUTCOME_FINISHED] = { CONNECTION_LINGER, TURN_IF_READABLE, 0, false,
                           connection_shut_down },
    [OUTCOME_CLOSED] = { SAME, TURN_AT_EVENT, 0, true, connection_close },
    [OUTCOME_BROKEN] = { SAME, TURN_AT_EVENT, 0, true, connection_reset },
};

/* --- transitions -------------------------------------------------------------------------- */

static const struct transition *
transition_of(enum outcome outcome)
{
    assert(outcome < OUTCOMES);
    return &transitions[outcome];
}

/* A worker that drains has no idle connections. */
static enum connection_state
next_state(const struct worker *worker, const struct connection *connection,
           const struct transition *transition)
{
    if (transition->to == SAME)
        return connection->state;
    if (transition->to == CONNECTION_IDLE && worker->drain.until != 0)
        return CONNECTION_DRAINING;
    return transition->to;
}

void
connection_settle(struct worker *worker, struct connection *connection, enum outcome outcome)
{
    const struct transition *transition = transition_of(outcome);
    const enum connection_state from = connection->state;
    const enum connection_state to = next_state(worker, connection, transition);

    if (transition->leave && !transition->leave(worker, connection))
        return;
    connection->state = to;
    if (to == CONNECTION_SEND && from != CONNECTION_SEND && from != CONNECTION_READ)
        progress_begin(&connection->progress);
    if (transition->to != SAME)
        activity_change(worker, connection, from, transition->wait);
    if (from != to || !transition->same_time)
        timers_arm(&worker->connections.timers[to], &connection->timer, worker->now);
    if (transition->turn == TURN_SOON ||
        (transition->turn == TURN_IF_READABLE && connection->readable))
        turns_add(worker, connection);
}

/* The connection may be gone afterwards. */
static void
connection_turn(struct worker *worker, struct connection *connection, step *run,
                enum outcome otherwise)
{
    const uint32_t id = activity_turn(worker, connection);

    worker->sender.budget = (size_t)worker->server->send_max_chunk;
    connection_settle(worker, connection, run ? run(worker, connection) : otherwise);
    activity_turn_end(worker, id);
}

static void
connection_run(struct worker *worker, struct connection *connection)
{
    connection_turn(worker, connection, states[connection->state].run, OUTCOME_NOTHING);
}

/* --- events ------------------------------------------------------------------------------- */

static void
connection_on_ready(struct worker *worker, struct watch *watch, uint32_t events)
{
    struct connection *connection = (struct connection *)watch;

    if (events & EPOLLERR) {
        connection_settle(worker, connection, OUTCOME_CLOSED);
        return;
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
        connection->readable = true;
    if (events & (EPOLLRDHUP | EPOLLHUP))
        connection->hangup = true;
    if (!connection->queued && events & (states[connection->state].interest | EPOLLHUP))
        connection_run(worker, connection);
}

void
connection_take_turns(struct worker *worker)
{
    struct connection *connection;

    for (unsigned left = worker->turns.count; left > 0; left--)
        if ((connection = TAILQ_FIRST(&worker->turns.queue)) != NULL) {
            turns_remove(worker, connection);
            connection_run(worker, connection);
        }
}

void
connection_loaded(struct worker *worker, struct watch *watch, uint32_t events)
{
    struct connection *connection;

    (void)watch;
    (void)events;
    while ((connection = sender_loaded(worker)) != NULL)
        connection_settle(worker, connection, OUTCOME_READY);
}

void
connection_expire(struct worker *worker)
{
    for (size_t i = 0; i < CONNECTION_STATES; i++) {
        struct timer *timer;

        while ((timer = timers_due(&worker->connections.timers[i], worker->now)) != NULL) {
            struct connection *connection = connection_of_timer(timer);

            activity_note(worker, connection, TRACE_TIMER, i);
            connection_turn(worker, connection, states[i].late, states[i].expired);
        }
    }
}

void
connection_refuse(struct worker *worker, struct connection *connection)
{
    connection->refused = true;
    worker->connections.refused++;
    connection_turn(worker, connection, exchange_refuse_busy, OUTCOME_NOTHING);
}

/* --- begin and end ------------------------------------------------------------------------ */

struct connection *
connection_open(struct worker *worker, int fd, const struct address *peer, enum trace_kind how)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (connection)
        connection->watch = (struct watch){ .ready = connection_on_ready, .fd = fd };
    if (connection == NULL || watch_begin(&worker->watches, &connection->watch, EVENTS) < 0) {
        free(connection);
        close(fd);
        return NULL;
    }
    connection->peer = connection->client = *peer;
    worker->connections.count++;
    slot_add(&worker->slot->connections, 1);
    activity_open(worker, connection, how);
    connection_settle(worker, connection, OUTCOME_IDLE);
    return connection;
}

/* Gives back everything at once. */
static bool
connection_close(struct worker *worker, struct connection *connection)
{
    activity_close(worker, connection);
    inflight_end(worker, connection);
    admission_leave(worker, connection);
    timers_disarm(&connection->timer);
    turns_remove(worker, connection);
    watch_end(&worker->watches, &connection->watch);
    close(connection->watch.fd);
    multipart_free(connection->multipart);
    if (connection->loading)
        reader_cancel(worker->sender.reader, connection->loading);
    reader_release(worker->sender.reader, connection->loaded);
    if (connection->object)
        pacing_end(worker, connection);
    bounds_leave(worker, connection);
    open_file_leave(connection);
    free(connection->inbox);
    free(connection->outbox);
    worker->connections.count--;
    worker->upkeep.untrimmed = true;
    worker->connections.refused -= connection->refused;
    free(connection);
    slot_add(&worker->slot->connections, (uint64_t)-1);
    return false;
}

/* The same, but with a reset: some clients take a truncated body for a complete one. */
static bool
connection_reset(struct worker *worker, struct connection *connection)
{
    const struct linger reset = { .l_onoff = 1, .l_linger = 0 };

    activity_note(worker, connection, TRACE_RESET, 0);
    setsockopt(connection->watch.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    return connection_close(worker, connection);
}

/* Nothing more is sent, but input is still read, so that the kernel doesn't destroy the
 * response with a reset (RFC 9112 section 9.6). */
static bool
connection_shut_down(struct worker *worker, struct connection *connection)
{
    return shutdown(connection->watch.fd, SHUT_WR) == 0 || connection_close(worker, connection);
}
