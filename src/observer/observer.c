/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observer: accepts, forks, and cleans up after its children; it never talks to a client
 * itself. A failure at the start ends only this process, with status 1.
 */
#include "observer/observer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/sink.h"
#include "observer/client.h"
#include "observer/client_table.h"

#define PAUSE_US 100000 /* when there are no descriptors or no memory for another client */

struct observer {
    const struct observer_inherit *inherit;
    struct client_table clients;
    int signal_fd;
    struct pollfd *fds;   /* signals, the master's pipe, its word, then the listeners */
    uint64_t drain_until; /* 0: not draining */
    bool ended;
};

enum { SIGNALS, MASTER, CHANNEL, LISTENERS };

/* --- signals ------------------------------------------------------------------------------ */

static void
drain(struct observer *observer)
{
    uint64_t patience = observer->inherit->view->shared->config->server.drain_timeout;

    if (observer->drain_until == 0)
        observer->drain_until = clock_now() + patience;
    client_table_drain(&observer->clients);
}

static void
observer_end_now(struct observer *observer)
{
    observer->ended = true;
}

static void
observer_reap(struct observer *observer)
{
    (void)observer;
    child_reap();
}

static const struct {
    int signal;
    void (*act)(struct observer *observer);
} actions[] = {
    { SIGQUIT, drain },
    { SIGTERM, observer_end_now },
    { SIGINT, observer_end_now },
    { SIGCHLD, observer_reap },
};

static void
read_signals(struct observer *observer)
{
    int signal;

    while ((signal = signals_next(observer->signal_fd)) != 0)
        for (size_t i = 0; i < COUNT(actions); i++)
            if (actions[i].signal == signal)
                actions[i].act(observer);
}

/* --- the master --------------------------------------------------------------------------- */

static void
listen_to_master(struct observer *observer)
{
    const struct observer_inherit *inherit = observer->inherit;
    struct channel_message message;
    int descriptor;
    int got;

    while ((got = channel_receive(inherit->channel, &message, &descriptor)) > 0)
        if (message.kind == CHANNEL_STDERR || (message.kind == CHANNEL_LOG && descriptor >= 0))
            sink_use(descriptor);
        else
            inherit->on_message(inherit->argument, &message, descriptor);
    if (got < 0)
        observer->fds[CHANNEL].fd = -1;
}

/* Another daemon may need the addresses at once. One that drains has a successor who does the
 * rest. */
static void
outlive_master(struct observer *observer)
{
    const struct observer_inherit *inherit = observer->inherit;

    observer->ended = true;
    for (size_t i = 0; i < inherit->listen_count; i++)
        close(inherit->listen_fds[i]);
    if (observer->drain_until == 0)
        inherit->master_gone(inherit->argument);
}

/* --- clients ------------------------------------------------------------------------------ */

static _Noreturn void
be_client(const struct observer *observer, int fd, unsigned slot)
{
    const struct observer_inherit *inherit = observer->inherit;
    struct client client = { .view = inherit->view,
                             .find = inherit->find,
                             .peer = { .fd = fd,
                                       .lifeline = observer->clients.lifeline[0],
                                       .drain = observer->clients.drain[0] },
                             .seats = &observer->clients.seats,
                             .owner = client_table_owner(slot),
                             .subscription = &observer->clients.subscriptions[slot] };

    close(observer->signal_fd);
    close(inherit->channel);
    for (size_t i = 0; i < inherit->listen_count; i++)
        close(inherit->listen_fds[i]);
    if (confine_reader(inherit->confinement, SANDBOX_CLIENT) < 0)
        exit(EXIT_FAILURE);
    client_serve(&client);
    sandbox_log(SANDBOX_CLIENT);
    exit(EXIT_SUCCESS);
}

static void
accept_client(struct observer *observer, int listen_fd)
{
    int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    unsigned slot;
    pid_t pid;

    if (fd < 0) {
        if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
            log_warning("accept: %s", strerror(errno));
            usleep(PAUSE_US);
        }
        return;
    }
    if ((pid = client_table_fork(&observer->clients, &slot)) == 0)
        be_client(observer, fd, slot);
    if (pid < 0) {
        log_warning("fork: %s", strerror(-pid));
        usleep(PAUSE_US);
    }
    close(fd);
}

/* --- the loop ----------------------------------------------------------------------------- */

/* How long clients have to stay in the queue: 0 while a slot is free, or can be; UINT64_MAX
 * until something happens. */
static uint64_t
queueing(const struct observer *observer)
{
    if (observer->drain_until != 0)
        return UINT64_MAX;
    return client_table_has_slot(&observer->clients)
               ? 0
               : client_table_patience(&observer->clients);
}

static int
patience(const struct observer *observer, uint64_t queueing)
{
    uint64_t now = clock_now();

    if (observer->drain_until == 0)
        return queueing > 0 && queueing < INT_MAX ? (int)queueing : -1;
    return observer->drain_until > now ? (int)(observer->drain_until - now) : 0;
}

/* The one without a slot continues when the slot of another is free. */
static void
admit(struct observer *observer, int listen_fd)
{
    if (client_table_has_slot(&observer->clients))
        accept_client(observer, listen_fd);
    else if (client_table_patience(&observer->clients) == 0)
        client_table_evict(&observer->clients);
}

static void
observer_turn(struct observer *observer)
{
    uint64_t wait = queueing(observer);
    size_t count = LISTENERS + (wait == 0 ? observer->inherit->listen_count : 0);

    if (poll(observer->fds, count, patience(observer, wait)) < 0)
        return;
    if (observer->fds[CHANNEL].revents)
        listen_to_master(observer);
    if (observer->fds[MASTER].revents)
        outlive_master(observer);
    if (observer->fds[SIGNALS].revents)
        read_signals(observer);
    for (size_t i = LISTENERS; i < count && !observer->ended; i++)
        if (observer->fds[i].revents)
            admit(observer, observer->fds[i].fd);
    if (observer->drain_until != 0 &&
        (observer->clients.busy == 0 || clock_now() >= observer->drain_until))
        observer->ended = true;
}

/* Also for its children. */
static int
protect_rosters(const struct view *view)
{
    int error = 0;

    for (; view && error == 0; view = view->older)
        error = roster_protect(view->shared->roster);
    return error;
}

static int
observer_start(struct observer *observer)
{
    const struct observer_inherit *inherit = observer->inherit;
    int error = client_table_create(&observer->clients, inherit->view);

    if (error < 0 || (error = protect_rosters(inherit->view)) < 0)
        return error;
    if ((observer->signal_fd = signals_open()) < 0)
        return observer->signal_fd;
    observer->fds = calloc(LISTENERS + inherit->listen_count, sizeof(*observer->fds));
    if (observer->fds == NULL)
        return -ENOMEM;
    observer->fds[SIGNALS] = (struct pollfd){ observer->signal_fd, POLLIN, 0 };
    observer->fds[MASTER] = (struct pollfd){ inherit->master_pipe, POLLIN, 0 };
    observer->fds[CHANNEL] = (struct pollfd){ inherit->channel, POLLIN, 0 };
    for (size_t i = 0; i < inherit->listen_count; i++)
        observer->fds[LISTENERS + i] = (struct pollfd){ inherit->listen_fds[i], POLLIN, 0 };
    return confine_enter(inherit->confinement, SANDBOX_OBSERVER, inherit->paths);
}

int
observer_run(const struct observer_inherit *inherit)
{
    struct observer observer = { .inherit = inherit };
    int error = observer_start(&observer);

    if (error < 0) {
        log_error("start: %s", strerror(-error));
        _exit(EXIT_FAILURE); /* what there is of an observer goes with the process */
    }
    log_info("observing");
    while (!observer.ended) {
        observer_turn(&observer);
        sandbox_log(SANDBOX_OBSERVER);
    }
    client_table_end(&observer.clients);
    free(observer.fds);
    return EXIT_SUCCESS;
}
