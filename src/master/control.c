/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control: one epoll set, so that the master's loop waits for one descriptor whoever is
 * connected. Nothing waits for a client: one that sends no command in time, or does not take
 * its reply, is closed. Nothing is fatal after the start.
 */
#include "master/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "master/control_command.h"
#include "master/state.h"

#define PATIENCE 10000 /* milliseconds for a command to arrive */
#define FULL     "error: too many clients of the control socket\n"

/* --- the socket --------------------------------------------------------------------------- */

static int
cli_watch(const struct cli *cli, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(cli->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* The epoll set, with the listener in it. */
static int
cli_open(struct cli *cli, const struct config_server *server)
{
    int error = cli_socket_open(&cli->socket, server->control, server->control_mode);

    if (error < 0)
        return error;
    if ((cli->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) < 0)
        error = -errno;
    else if ((error = cli_watch(cli, cli->socket.fd)) < 0)
        close(cli->epoll_fd);
    if (error < 0)
        cli_socket_close(&cli->socket);
    return error;
}

int
cli_prepare(struct master *master, const struct config *config)
{
    const char *path = config->server.control;
    const int error = path ? cli_open(&master->cli, &config->server) : 0;

    if (error < 0)
        log_error("control socket %s: %s", path, strerror(-error));
    return error < 0 ? -1 : 0;
}

void
cli_publish(struct master *master)
{
    const struct cli_socket *socket = &master->cli.socket;
    const int error = socket->path ? cli_socket_publish(socket) : 0;

    if (error < 0)
        log_error("control socket %s: %s", socket->path, strerror(-error));
}

void
cli_let_go(const struct cli *cli)
{
    if (cli->socket.path == NULL)
        return;
    close(cli->epoll_fd);
    close(cli->socket.fd);
    for (unsigned i = 0; i < cli->count; i++)
        close(cli->clients[i].fd);
}

/* --- replies ------------------------------------------------------------------------------ */

bool
cli_say(const struct cli_client *client, const char *text, size_t length)
{
    return send(client->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}

/* A child may still have the socket open, and so keep it in the set (epoll(7), Q6). */
static void
cli_forget(const struct cli *cli, const struct cli_client *client)
{
    (void)!epoll_ctl(cli->epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
}

/* Only the end of the client is of interest from now on. */
static void
cli_hear_no_more(const struct cli *cli, const struct cli_client *client)
{
    struct epoll_event event = { .data.fd = client->fd };

    (void)!epoll_ctl(cli->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void
cli_remove(struct cli *cli, struct cli_client *client)
{
    cli_forget(cli, client);
    close(client->fd);
    *client = cli->clients[--cli->count];
}

/* The last line; reason NULL: "ok". */
static void
cli_finish(struct cli *cli, struct cli_client *client, const char *reason)
{
    char line[CLI_LINE_MAX + 16] = CLI_OK;

    if (reason)
        snprintf(line, sizeof(line), "error: %s\n", reason);
    (void)cli_say(client, line, strlen(line));
    cli_remove(cli, client);
}

/* All that wait for this. */
static void
cli_finish_all(struct master *master, enum cli_waits waits, const char *reason)
{
    struct cli *cli = &master->cli;

    for (unsigned i = cli->count; i-- > 0;)
        if (cli->clients[i].waits == waits &&
            (waits != CLI_RELOAD || cli->clients[i].reload <= cli->reloads))
            cli_finish(cli, &cli->clients[i], reason);
}

void
cli_reload_begins(struct master *master)
{
    master->cli.reloads++;
}

void
cli_reload_over(struct master *master, const char *reason)
{
    cli_finish_all(master, CLI_RELOAD, reason);
}

void
cli_upgrade_over(struct master *master, const char *reason)
{
    cli_finish_all(master, CLI_UPGRADE, reason);
    if (reason)
        return;
    master->cli.reloads++; /* those that were to come are another program's now */
    cli_finish_all(master, CLI_RELOAD, "the program was replaced meanwhile; try again");
}

void
cli_end(struct master *master)
{
    struct cli *cli = &master->cli;

    if (cli->socket.path == NULL)
        return;
    cli_finish_all(master, CLI_END, NULL);
    while (cli->count > 0)
        cli_finish(cli, &cli->clients[0], "the daemon has ended");
    close(cli->epoll_fd);
    cli_socket_close(&cli->socket);
}

void
cli_follow(struct master *master)
{
    const struct config *config = master->newest->shared.config;
    const struct cli_socket *socket = &master->cli.socket;
    const char *path = config->server.control;

    if (path == NULL ? socket->path == NULL
                     : socket->path && strcmp(path, socket->path) == 0 &&
                           socket->mode == config->server.control_mode)
        return;
    cli_end(master);
    if (cli_prepare(master, config) == 0)
        cli_publish(master);
}

/* --- clients ------------------------------------------------------------------------------ */

static void
cli_accept(struct cli *cli, uint64_t now)
{
    const int fd = accept4(cli->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (cli->count == CLI_CLIENTS_MAX || cli_watch(cli, fd) < 0) {
        (void)!send(fd, FULL, strlen(FULL), MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return;
    }
    cli->clients[cli->count++] = (struct cli_client){ .fd = fd, .until = now + PATIENCE };
}

static void
cli_obey(struct master *master, struct cli_client *client)
{
    const char *reason = cli_command_run(master, client);

    if (reason)
        cli_finish(&master->cli, client, reason);
    else if (client->waits == CLI_REPLIED)
        cli_remove(&master->cli, client);
}

/* Reads what there is of the command. A client that waits for its outcome has nothing more to
 * say: it may have shut down its side, or be gone. */
static void
cli_receive(struct master *master, struct cli_client *client)
{
    const size_t space = sizeof(client->line) - 1 - client->length;
    char *const at = client->line + client->length;
    const ssize_t n = recv(client->fd, at, space, MSG_DONTWAIT);
    char *end;

    if (n < 0 && errno == EAGAIN)
        return;
    if (client->waits != CLI_COMMAND) {
        cli_hear_no_more(&master->cli, client);
        return;
    }
    if (n <= 0) {
        cli_remove(&master->cli, client);
        return;
    }
    client->length += (unsigned)n;
    client->line[client->length] = '\0';
    if ((end = memchr(client->line, '\n', client->length)) != NULL) {
        *end = '\0';
        cli_obey(master, client);
    } else if (client->length == sizeof(client->line) - 1) {
        cli_finish(&master->cli, client, "the command is too long");
    }
}

static void
cli_close_late(struct cli *cli, uint64_t now)
{
    for (unsigned i = cli->count; i-- > 0;)
        if (cli->clients[i].waits == CLI_COMMAND && now >= cli->clients[i].until)
            cli_finish(cli, &cli->clients[i], "no command came");
}

static struct cli_client *
cli_find(struct cli *cli, int fd)
{
    for (unsigned i = 0; i < cli->count; i++)
        if (cli->clients[i].fd == fd)
            return &cli->clients[i];
    return NULL;
}

void
cli_run(struct master *master, uint64_t now)
{
    struct cli *cli = &master->cli;
    struct epoll_event events[CLI_CLIENTS_MAX + 1];
    int count;

    if (cli->socket.path == NULL)
        return;
    count = epoll_wait(cli->epoll_fd, events, COUNT(events), 0);
    for (int i = 0; i < count; i++) {
        struct cli_client *client = cli_find(cli, events[i].data.fd);

        if (client && client->waits != CLI_COMMAND && (events[i].events & EPOLLHUP))
            cli_remove(cli, client);
        else if (client)
            cli_receive(master, client);
        else if (events[i].data.fd == cli->socket.fd)
            cli_accept(cli, now);
    }
    cli_close_late(cli, now);
}

int
cli_descriptor(const struct master *master)
{
    return master->cli.socket.path ? master->cli.epoll_fd : -1;
}

uint64_t
cli_next(const struct master *master)
{
    uint64_t next = 0;

    for (unsigned i = 0; i < master->cli.count; i++)
        if (master->cli.clients[i].waits == CLI_COMMAND)
            next = clock_earlier(next, master->cli.clients[i].until);
    return next;
}
