/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acceptor: which worker takes the next connection.
 *
 * EPOLLEXCLUSIVE wakes one worker a connection, but mostly the same one. A worker therefore
 * accepts at least once per event; when it has its share (balance.h), it stops watching until
 * another worker has caught up and rings its doorbell. If that worker hangs or dies, a timer
 * takes over.
 *
 * Over server.worker_connections the longest idle connection is closed, as in nginx; if none is
 * idle, the client gets 503. Without descriptors or memory accepting pauses: the queue of the
 * listen socket holds the clients meanwhile.
 */
#include "worker/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/balance.h"
#include "worker/worker.h"

#define BATCH   64    /* connections an event */
#define PAUSE   100   /* milliseconds */
#define SILENCE 60000 /* milliseconds without the same complaint before it is made again */

static void
set_sharing(struct worker *worker, bool sharing)
{
    __atomic_store_n(&worker->slot->sharing, sharing, __ATOMIC_SEQ_CST);
}

static void
set_closed(struct worker *worker, bool closed)
{
    __atomic_store_n(&worker->slot->closed, closed, __ATOMIC_SEQ_CST);
}

/* The sockets stay open for the other workers. */
static void
acceptor_stop(struct worker *worker)
{
    for (size_t i = 0; i < worker->inherit->listen_count; i++)
        watch_end(&worker->watches, &worker->acceptor.listeners[i]);
    worker->acceptor.again_at = 0;
    set_sharing(worker, false);
}

static void
pause_accepting(struct worker *worker)
{
    acceptor_stop(worker);
    worker->acceptor.again_at = worker->now + PAUSE;
}

static void
pause_exhausted(struct worker *worker, int error)
{
    if (worker->now >= worker->acceptor.complain_at)
        log_warning("accept: %s; retrying every %d ms", strerror(error), PAUSE);
    worker->acceptor.complain_at = worker->now + SILENCE;
    pause_accepting(worker);
    set_closed(worker, true);
    worker->acceptor.paused_since = worker->now_ns;
}

/* Other errors concern a connection that died in the queue. */
static bool
exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Rings the doorbells of workers that had their share and may accept again. */
static void
ring_others(struct worker *worker)
{
    const struct slots *slots = &worker->shared->slots;

    /* Our count must be visible before we read `sharing`: another worker sets it before it
     * reads the counts. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < slots->workers; i++) {
        const struct slot *slot = slots_worker(slots, i);

        if (slot != worker->slot && __atomic_load_n(&slot->sharing, __ATOMIC_SEQ_CST) &&
            !balance_reached(slots, i, worker->now))
            eventfd_write(worker->inherit->doorbells[i], 1);
    }
}

/* Makes sure that one more connection can be served; closes the longest idle one if necessary.
 */
static bool
close_idle(struct worker *worker)
{
    if (worker->connections.count - worker->connections.refused <
        worker->server->worker_connections)
        return true;
    if (!connections_close_idle(worker))
        return false;
    slot_add(&worker->slot->recycled, 1);
    return true;
}

/* Refused connections linger; above max_refused, the oldest one is closed. */
static void
refuse_busy(struct worker *worker, struct connection *connection)
{
    connection_refuse(worker, connection);
    if (worker->connections.refused > worker->server->max_refused)
        connections_close_lingering(worker);
}

/* The next connection of a listen socket and whose it is; -1 with errno: none. */
static int
accept_next(int listener, struct address *peer)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof(name);
    const int fd =
        accept4(listener, (struct sockaddr *)&name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
        *peer = address_of((const struct sockaddr *)&name, length);
    return fd;
}

static void
acceptor_serve(struct worker *worker, int fd, const struct address *peer, bool proxied)
{
    const bool served = close_idle(worker);
    struct connection *connection = connection_open(worker, fd, peer, TRACE_ACCEPT);

    if (connection == NULL) {
        pause_exhausted(worker, ENOMEM);
        return;
    }
    connection->proxied = proxied;
    slot_add(&worker->slot->accepted, 1);
    connection->limited = !proxied && !bounds_connect(worker, connection);
    if (!served || connection->limited)
        refuse_busy(worker, connection);
    ring_others(worker);
}

/* Nobody else may say for whom it connects, and nothing else may come there. */
static bool
is_untrusted(struct worker *worker, const struct address *peer, bool proxied)
{
    if (!proxied || network_contains(&worker->server->trusted_proxies, peer))
        return false;
    slot_add(&worker->slot->untrusted, 1);
    return true;
}

static void
acceptor_admit(struct worker *worker, int fd, const struct address *peer, bool proxied)
{
    if (is_untrusted(worker, peer, proxied)) {
        close(fd);
        return;
    }
    acceptor_serve(worker, fd, peer, proxied);
}

static void
acceptor_on_ready(struct worker *worker, struct watch *watch, uint32_t events)
{
    const size_t index = (size_t)(watch - worker->acceptor.listeners);

    (void)events;
    for (int i = 0; i < BATCH && worker->acceptor.again_at == 0; i++) {
        struct address peer;
        int fd = accept_next(watch->fd, &peer);

        if (fd < 0) {
            if (exhausted(errno))
                pause_exhausted(worker, errno);
            return;
        }
        acceptor_admit(worker, fd, &peer, worker->inherit->listen_proxied[index]);
        if (balance_reached(&worker->shared->slots, worker->inherit->slot, worker->now)) {
            pause_accepting(worker);
            set_sharing(worker, true);
        }
    }
}

/* 0 or a negative errno. */
static int
acceptor_start(struct worker *worker)
{
    for (size_t i = 0; i < worker->inherit->listen_count; i++) {
        struct watch *watch = &worker->acceptor.listeners[i];
        int error;

        *watch =
            (struct watch){ .ready = acceptor_on_ready, .fd = worker->inherit->listen_fds[i] };
        if ((error = watch_begin(&worker->watches, watch, EPOLLIN | EPOLLEXCLUSIVE)) < 0)
            return error;
    }
    if (worker->acceptor.paused_since != 0)
        activity_waited(worker, MARKER_WAIT_ACCEPT,
                        worker->now_ns - worker->acceptor.paused_since);
    worker->acceptor.paused_since = 0;
    worker->acceptor.again_at = 0;
    set_sharing(worker, false);
    set_closed(worker, false);
    return 0;
}

/* Connections that are still in the queue when the socket closes would be reset. */
static void
take_waiting(struct worker *worker, size_t index)
{
    const int listener = worker->acceptor.listeners[index].fd;
    struct address peer;
    int fd;

    while ((fd = accept_next(listener, &peer)) >= 0)
        acceptor_admit(worker, fd, &peer, worker->inherit->listen_proxied[index]);
    worker->acceptor.again_at = 0;
}

void
acceptor_close(struct worker *worker, bool last)
{
    acceptor_stop(worker);
    set_closed(worker, true);
    for (size_t i = 0; i < worker->inherit->listen_count; i++) {
        if (last)
            take_waiting(worker, i);
        close(worker->acceptor.listeners[i].fd);
    }
}

void
acceptor_resume(struct worker *worker)
{
    bool may = worker->slot->sharing &&
               !balance_reached(&worker->shared->slots, worker->inherit->slot, worker->now);

    if (worker->acceptor.again_at == 0 || (!may && worker->now < worker->acceptor.again_at))
        return;
    if (acceptor_start(worker) < 0)
        pause_accepting(worker);
}

/* Another worker has accepted, so it may be this one's turn. */
static void
acceptor_rung(struct worker *worker, struct watch *watch, uint32_t events)
{
    eventfd_t times;

    (void)worker;
    (void)events;
    (void)eventfd_read(watch->fd, &times); /* acceptor_resume() follows in this turn */
}

int
acceptor_open(struct worker *worker)
{
    const struct inherit *inherit = worker->inherit;
    struct acceptor *acceptor = &worker->acceptor;
    int error;

    acceptor->listeners = calloc(inherit->listen_count, sizeof(*acceptor->listeners));
    if (acceptor->listeners == NULL)
        return -ENOMEM;
    acceptor->doorbell =
        (struct watch){ .ready = acceptor_rung, .fd = inherit->doorbells[inherit->slot] };
    error = watch_begin(&worker->watches, &acceptor->doorbell, EPOLLIN);
    return error < 0 ? error : acceptor_start(worker);
}

void
acceptor_release(struct worker *worker)
{
    free(worker->acceptor.listeners);
}
