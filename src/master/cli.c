/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli: one epoll set, so that the master's loop waits for one descriptor whoever is connected.
 * Nothing waits for a client: one that sends no command in time, or does not take its answer,
 * is closed. Nothing is fatal after the start.
 */
#include "master/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/sink.h"
#include "master/actions.h"
#include "master/cli_status.h"
#include "master/ending.h"
#include "master/reload.h"
#include "master/state.h"

#define PATIENCE 10000 /* milliseconds for a command to arrive */
#define BACKLOG  16
#define OK       "ok\n"
#define FULL     "error: too many clients of the control socket\n"

/* --- the socket --------------------------------------------------------------------------- */

static char *
cli_beside(const char *path)
{
    char *name;

    return asprintf(&name, "%s.%d", path, (int)getpid()) < 0 ? NULL : name;
}

/* A descriptor or a negative errno. The mode counts from the first moment. */
static int
cli_bind(const char *path, unsigned mode)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t mask;
    int error;

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(address.sun_path)) {
        close(fd);
        return -ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    unlink(path); /* of a process that had our number */
    mask = umask(~mode & 0777);
    error = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
                    listen(fd, BACKLOG) < 0
                ? -errno
                : 0;
    umask(mask);
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

static int
cli_watch(const struct cli *cli, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(cli->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int
cli_open(struct cli *cli, const char *path, unsigned mode)
{
    char *beside = cli_beside(path);
    int error = -ENOMEM;

    if (beside && (error = cli->fd = cli_bind(beside, mode)) >= 0) {
        cli->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        error = cli->epoll_fd < 0 ? -errno : cli_watch(cli, cli->fd);
    }
    free(beside);
    return error;
}

int
cli_prepare(struct master *master, const struct config *config)
{
    struct cli *cli = &master->cli;
    const char *path = config->server.control;
    int error;

    if (path == NULL)
        return 0;
    if ((error = cli_open(cli, path, config->server.control_mode)) < 0) {
        log_error("control socket %s: %s", path, strerror(-error));
        return -1;
    }
    cli->path = strdup(path);
    cli->mode = config->server.control_mode;
    return 0;
}

void
cli_publish(struct master *master)
{
    struct cli *cli = &master->cli;
    char *beside = cli->path ? cli_beside(cli->path) : NULL;

    if (beside && rename(beside, cli->path) < 0)
        log_error("control socket %s: %s", cli->path, strerror(errno));
    free(beside);
}

/* Does whoever connects to this path reach this process? Another master may have taken it. */
static bool
is_own(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct ucred peer = { 0 };
    socklen_t size = sizeof(peer);
    bool own;

    strcpy(address.sun_path, path);
    own = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
          getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid();
    if (fd >= 0)
        close(fd);
    return own;
}

void
cli_let_go(const struct cli *cli)
{
    if (cli->path == NULL)
        return;
    close(cli->epoll_fd);
    close(cli->fd);
    for (unsigned i = 0; i < cli->count; i++)
        close(cli->clients[i].fd);
}

/* --- answers ------------------------------------------------------------------------------ */

static bool
cli_send(const struct cli_client *client, const char *text, size_t length)
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
    char line[CLI_LINE_MAX + 16];
    const int length = reason ? snprintf(line, sizeof(line), "error: %s\n", reason)
                              : snprintf(line, sizeof(line), OK);

    (void)!cli_send(client, line,
                    (size_t)length < sizeof(line) ? (size_t)length : sizeof(line));
    cli_remove(cli, client);
}

/* All that wait for this. */
static void
cli_finish_all(struct master *master, int waits, const char *reason)
{
    struct cli *cli = &master->cli;

    for (unsigned i = cli->count; i-- > 0;)
        if ((int)cli->clients[i].waits == waits &&
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
    if (reason == NULL) /* those are another program's now */
        cli_finish_all(master, CLI_RELOAD, "the program was replaced meanwhile; try again");
}

void
cli_end(struct master *master)
{
    struct cli *cli = &master->cli;
    char *beside = cli->path ? cli_beside(cli->path) : NULL;

    if (cli->path == NULL)
        return;
    if (is_own(cli->path))
        unlink(cli->path);
    if (beside)
        unlink(beside);
    cli_finish_all(master, CLI_END, NULL);
    while (cli->count > 0)
        cli_finish(cli, &cli->clients[0], "the daemon has ended");
    close(cli->epoll_fd);
    close(cli->fd);
    free(beside);
    free(cli->path);
    cli->path = NULL;
}

void
cli_follow(struct master *master)
{
    const struct config *config = master->newest->shared.config;
    const struct cli *cli = &master->cli;
    const char *path = config->server.control;

    if (path == NULL ? cli->path == NULL
                     : cli->path && strcmp(path, cli->path) == 0 &&
                           cli->mode == config->server.control_mode)
        return;
    cli_end(master);
    if (cli_prepare(master, config) == 0)
        cli_publish(master);
}

/* --- commands ----------------------------------------------------------------------------- */

/* NULL, or why it can't be done. The client waits for the outcome if there is none yet. */
typedef const char *cli_command(struct master *master, struct cli_client *client,
                                const char *argument);

static const char *
begin_reload(struct master *master, struct cli_client *client)
{
    if (master->stopping)
        return "the daemon is ending";
    client->waits = CLI_RELOAD;
    client->reload = master->cli.reloads + 1;
    master->reload_wanted = true; /* the loop begins it */
    return NULL;
}

static const char *
do_reload(struct master *master, struct cli_client *client, const char *argument)
{
    (void)argument;
    master->workers = 0;
    return begin_reload(master, client);
}

static const char *
do_workers(struct master *master, struct cli_client *client, const char *argument)
{
    char *end;
    const long wanted = strtol(argument, &end, 10);

    if (*argument == '\0' || *end != '\0' || wanted < 1 || wanted > RELOAD_WORKERS_MAX)
        return "workers: accepted: a number from 1 to 1024";
    master->workers = (unsigned)wanted;
    return begin_reload(master, client);
}

static const char *
do_upgrade(struct master *master, struct cli_client *client, const char *argument)
{
    const char *reason = upgrade_objection(master);

    (void)argument;
    if (reason)
        return reason;
    client->waits = CLI_UPGRADE;
    upgrade_ask(master, SIGUSR2);
    return NULL;
}

static const char *
do_reopen(struct master *master, struct cli_client *client, const char *argument)
{
    (void)argument;
    if (!actions_reopen(master))
        return "the log can't be opened; its own lines say why";
    (void)!cli_send(client, OK, strlen(OK));
    client->until = 1; /* nothing more comes */
    return NULL;
}

static const char *
do_quit(struct master *master, struct cli_client *client, const char *argument)
{
    (void)argument;
    client->waits = CLI_END;
    ending_begin(master, SIGQUIT);
    return NULL;
}

static const char *
do_stop(struct master *master, struct cli_client *client, const char *argument)
{
    (void)argument;
    client->waits = CLI_END;
    ending_begin(master, SIGINT);
    return NULL;
}

static const char *
do_status(struct master *master, struct cli_client *client, const char *argument)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool sent = false;

    (void)argument;
    if (out) {
        cli_status_print(master, out);
        fputs(OK, out);
        if (fclose(out) == 0)
            sent = cli_send(client, text, size);
        free(text);
    }
    client->until = 1;
    return sent ? NULL : "the answer can't be sent whole";
}

static const struct {
    const char *name;
    cli_command *run;
    bool takes_argument;
    const char *text; /* for the log; NULL: it changes nothing */
} commands[] = {
    { "status", do_status, false, NULL },
    { "reload", do_reload, false, "reload" },
    { "workers", do_workers, true, "another number of workers" },
    { "upgrade", do_upgrade, false, "upgrade" },
    { "reopen", do_reopen, false, "reopening the log" },
    { "quit", do_quit, false, "ending when all answers are sent" },
    { "stop", do_stop, false, "ending at once" },
};

/* True: the client is still there. */
static bool
cli_obey(struct master *master, struct cli_client *client)
{
    char *argument = strchrnul(client->line, ' ');
    const char *reason =
        "unknown command; accepted: status, reload, workers N, upgrade, reopen, quit, stop";

    if (*argument != '\0')
        *argument++ = '\0';
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(client->line, commands[i].name) != 0)
            continue;
        if (*argument != '\0' && !commands[i].takes_argument) {
            reason = "the command takes no argument";
            break;
        }
        if (commands[i].text)
            log_notice("control socket: %s", commands[i].text);
        reason = commands[i].run(master, client, argument);
        if (commands[i].text && reason)
            log_notice("control socket: refused: %s", reason);
    }
    if (reason == NULL && client->until != 1)
        return true;
    if (reason)
        cli_finish(&master->cli, client, reason);
    else
        cli_remove(&master->cli, client);
    return false;
}

/* --- clients ------------------------------------------------------------------------------ */

static void
cli_accept(struct cli *cli, uint64_t now)
{
    const int fd = accept4(cli->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (cli->count == CLI_CLIENTS_MAX || cli_watch(cli, fd) < 0) {
        (void)!send(fd, FULL, strlen(FULL), MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return;
    }
    cli->clients[cli->count++] = (struct cli_client){ .fd = fd, .until = now + PATIENCE };
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
        (void)!cli_obey(master, client);
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

    if (cli->path == NULL)
        return;
    count = epoll_wait(cli->epoll_fd, events, COUNT(events), 0);
    for (int i = 0; i < count; i++) {
        struct cli_client *client = cli_find(cli, events[i].data.fd);

        if (client && client->waits != CLI_COMMAND && (events[i].events & EPOLLHUP))
            cli_remove(cli, client);
        else if (client)
            cli_receive(master, client);
        else if (events[i].data.fd == cli->fd)
            cli_accept(cli, now);
    }
    cli_close_late(cli, now);
}

int
cli_descriptor(const struct master *master)
{
    return master->cli.path ? master->cli.epoll_fd : -1;
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
