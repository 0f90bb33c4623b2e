/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control: clients have one epoll set, so that the master's loop waits for one descriptor for
 * all of them. It never waits for a client: the connection is closed if the client sends no
 * command in time or does not read its reply. After the start, errors are not fatal.
 */
#include "master/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "master/control_command.h"
#include "master/state.h"

#define PATIENCE 10000 /* milliseconds for a command to arrive, or a reply to leave */
#define FULL     "error: too many clients of the control socket\n"

/* --- the socket --------------------------------------------------------------------------- */

static int
control_watch(const struct control *control, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(control->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* 0 with a socket that nobody can find yet, or without one if none is configured. */
static int
control_open(struct control_socket *socket, const struct config_server *server)
{
    const struct file_owner owner = control_socket_owner(server);
    const int error =
        server->control ? control_socket_open(socket, server->control, &owner) : 0;

    if (error < 0)
        log_error("control socket %s: %s", server->control, strerror(-error));
    return error;
}

/* The epoll set, with the listener in it. */
static int
control_use(struct control *control, const struct control_socket *socket)
{
    int error = 0;

    control->socket = *socket;
    if (socket->path == NULL)
        return 0;
    if ((control->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) < 0)
        error = -errno;
    else if ((error = control_watch(control, control->socket.fd)) < 0)
        close(control->epoll_fd);
    if (error < 0) {
        log_error("control socket %s: %s", socket->path, strerror(-error));
        control_socket_close(&control->socket);
    }
    return error;
}

int
control_prepare(struct master *master, const struct config *config)
{
    struct control_socket socket = { 0 };

    if (control_open(&socket, &config->server) < 0)
        return -1;
    return control_use(&master->control, &socket) < 0 ? -1 : 0;
}

void
control_publish(struct master *master)
{
    const struct control_socket *socket = &master->control.socket;
    const int error = socket->path ? control_socket_publish(socket) : 0;

    if (error < 0)
        log_error("control socket %s: %s", socket->path, strerror(-error));
}

void
control_let_go(const struct control *control)
{
    if (control->socket.path == NULL)
        return;
    close(control->epoll_fd);
    close(control->socket.fd);
    for (unsigned i = 0; i < control->count; i++)
        close(control->clients[i].fd);
}

/* --- replies ------------------------------------------------------------------------------ */

/* How many bytes the socket takes now; negative errno: the client is gone. */
static ssize_t
control_send(const struct control_client *client, const char *text, size_t length)
{
    const ssize_t n = send(client->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    return n >= 0 ? n : errno == EAGAIN ? 0 : -errno;
}

static bool
control_keep(struct control_client *client, const char *text, size_t length)
{
    char *rest = realloc(client->rest, client->rest_length + length);

    if (rest == NULL)
        return false;
    memcpy(rest + client->rest_length, text, length);
    client->rest = rest;
    client->rest_length += length;
    return true;
}

bool
control_say(struct control_client *client, const char *text, size_t length)
{
    const ssize_t sent = client->rest ? 0 : control_send(client, text, length);

    if (sent < 0)
        return false;
    return (size_t)sent == length ||
           control_keep(client, text + (size_t)sent, length - (size_t)sent);
}

/* Sends what was kept, as far as the socket takes it. False: the client is gone. */
static bool
control_flush(struct control_client *client)
{
    const ssize_t sent = control_send(client, client->rest, client->rest_length);

    if (sent < 0)
        return false;
    client->rest_length -= (size_t)sent;
    if (client->rest_length > 0) {
        memmove(client->rest, client->rest + sent, client->rest_length);
    } else {
        free(client->rest);
        client->rest = NULL;
    }
    return true;
}

/* A child may still have the socket open, and so keep it in the set (epoll(7), Q6). */
static void
control_forget(const struct control *control, const struct control_client *client)
{
    (void)!epoll_ctl(control->epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
}

/* What is of interest from now on; nothing: only the end of the client. */
static void
control_await(const struct control *control, const struct control_client *client,
              uint32_t events)
{
    struct epoll_event event = { .events = events, .data.fd = client->fd };

    (void)!epoll_ctl(control->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void
control_remove(struct control *control, struct control_client *client)
{
    control_forget(control, client);
    close(client->fd);
    free(client->rest);
    *client = control->clients[--control->count];
}

/* Everything is said. What the socket has not taken may still leave. */
static void
control_leave(struct control *control, struct control_client *client)
{
    if (client->rest == NULL) {
        control_remove(control, client);
        return;
    }
    client->waits = CONTROL_REPLIED;
    client->until = clock_now() + PATIENCE;
    control_await(control, client, EPOLLOUT);
}

/* The last line; reason NULL: "ok". */
static void
control_finish(struct control *control, struct control_client *client, const char *reason)
{
    char line[CONTROL_LINE_MAX + 16] = CONTROL_OK;

    if (reason)
        snprintf(line, sizeof(line), "error: %s\n", reason);
    (void)control_say(client, line, strlen(line));
    control_leave(control, client);
}

/* All that wait for this. */
static void
control_finish_all(struct master *master, enum control_waits waits, const char *reason)
{
    struct control *control = &master->control;

    for (unsigned i = control->count; i-- > 0;)
        if (control->clients[i].waits == waits &&
            (waits != CONTROL_RELOAD || control->clients[i].reload <= control->reloads))
            control_finish(control, &control->clients[i], reason);
}

void
control_reload_begins(struct master *master)
{
    master->control.reloads++;
}

void
control_reload_over(struct master *master, const char *reason)
{
    control_finish_all(master, CONTROL_RELOAD, reason);
}

void
control_upgrade_over(struct master *master, const char *reason)
{
    control_finish_all(master, CONTROL_UPGRADE, reason);
    if (reason)
        return;
    master->control.reloads++; /* those that were to come are another program's now */
    control_finish_all(master, CONTROL_RELOAD, "the program was replaced meanwhile; try again");
}

void
control_end(struct master *master)
{
    struct control *control = &master->control;

    if (control->socket.path == NULL)
        return;
    control_finish_all(master, CONTROL_END, NULL);
    for (unsigned i = control->count; i-- > 0;)
        if (control->clients[i].waits != CONTROL_REPLIED)
            control_finish(control, &control->clients[i], "the daemon has ended");
    while (control->count > 0)
        control_remove(control, &control->clients[0]);
    close(control->epoll_fd);
    control_socket_close(&control->socket);
}

/* Is the socket what the configuration says? */
static bool
control_is_current(const struct control_socket *socket, const struct config_server *server)
{
    const struct file_owner owner = control_socket_owner(server);

    if (server->control == NULL || socket->path == NULL)
        return server->control == socket->path;
    return strcmp(server->control, socket->path) == 0 && socket->owner.mode == owner.mode &&
           socket->owner.identity.user == owner.identity.user &&
           socket->owner.identity.group == owner.identity.group;
}

void
control_follow(struct master *master)
{
    const struct config *config = master->newest->shared.config;
    struct control_socket socket = { 0 };

    if (control_is_current(&master->control.socket, &config->server) ||
        control_open(&socket, &config->server) < 0)
        return;
    control_end(master);
    if (control_use(&master->control, &socket) == 0)
        control_publish(master);
}

/* --- clients ------------------------------------------------------------------------------ */

static void
control_accept(struct control *control, uint64_t now)
{
    const int fd = accept4(control->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (control->count == CONTROL_CLIENTS_MAX || control_watch(control, fd) < 0) {
        (void)!send(fd, FULL, strlen(FULL), MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return;
    }
    control->clients[control->count++] =
        (struct control_client){ .fd = fd, .until = now + PATIENCE };
}

static void
control_obey(struct master *master, struct control_client *client)
{
    const char *reason = control_command_run(master, client);

    if (reason)
        control_finish(&master->control, client, reason);
    else if (client->waits == CONTROL_REPLIED)
        control_leave(&master->control, client);
}

/* Reads what there is of the command. A client that waits for its outcome has nothing more to
 * say: it may have shut down its side, or be gone. */
static void
control_receive(struct master *master, struct control_client *client)
{
    const size_t space = sizeof(client->line) - 1 - client->length;
    char *const at = client->line + client->length;
    const ssize_t n = recv(client->fd, at, space, MSG_DONTWAIT);
    char *end;

    if (n < 0 && errno == EAGAIN)
        return;
    if (client->waits != CONTROL_COMMAND) {
        control_await(&master->control, client, 0);
        return;
    }
    if (n <= 0) {
        control_remove(&master->control, client);
        return;
    }
    client->length += (unsigned)n;
    client->line[client->length] = '\0';
    if ((end = memchr(client->line, '\n', client->length)) != NULL) {
        *end = '\0';
        control_obey(master, client);
    } else if (client->length == sizeof(client->line) - 1) {
        control_finish(&master->control, client, "the command is too long");
    }
}

/* The socket takes more of the reply. */
static void
control_go_on(struct control *control, struct control_client *client, uint64_t now)
{
    if (!control_flush(client) || client->rest == NULL)
        control_remove(control, client);
    else
        client->until = now + PATIENCE;
}

/* Is it the client's turn? It is closed if it lets too much time pass. */
static bool
is_awaited(const struct control_client *client)
{
    return client->waits == CONTROL_COMMAND || client->waits == CONTROL_REPLIED;
}

static void
control_close_late(struct control *control, uint64_t now)
{
    for (unsigned i = control->count; i-- > 0;) {
        struct control_client *client = &control->clients[i];

        if (!is_awaited(client) || now < client->until)
            continue;
        if (client->waits == CONTROL_COMMAND)
            control_finish(control, client, "no command came");
        else
            control_remove(control, client);
    }
}

static struct control_client *
control_find(struct control *control, int fd)
{
    for (unsigned i = 0; i < control->count; i++)
        if (control->clients[i].fd == fd)
            return &control->clients[i];
    return NULL;
}

void
control_run(struct master *master, uint64_t now)
{
    struct control *control = &master->control;
    struct epoll_event events[CONTROL_CLIENTS_MAX + 1];
    int count;

    if (control->socket.path == NULL)
        return;
    count = epoll_wait(control->epoll_fd, events, COUNT(events), 0);
    for (int i = 0; i < count; i++) {
        struct control_client *client = control_find(control, events[i].data.fd);

        if (client && client->waits != CONTROL_COMMAND && (events[i].events & EPOLLHUP))
            control_remove(control, client);
        else if (client && client->waits == CONTROL_REPLIED)
            control_go_on(control, client, now);
        else if (client)
            control_receive(master, client);
        else if (events[i].data.fd == control->socket.fd)
            control_accept(control, now);
    }
    control_close_late(control, now);
}

int
control_descriptor(const struct master *master)
{
    return master->control.socket.path ? master->control.epoll_fd : -1;
}

uint64_t
control_next(const struct master *master)
{
    uint64_t next = 0;

    for (unsigned i = 0; i < master->control.count; i++)
        if (is_awaited(&master->control.clients[i]))
            next = clock_earlier(next, master->control.clients[i].until);
    return next;
}
