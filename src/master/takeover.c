/* SPDX-License-Identifier: BSD-2-Clause */
/* takeover: see takeover.h and, for what the two masters say, upgrade_text.h and upgrade.c. */
#include "master/takeover.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "master/state.h"
#include "master/upgrade.h"
#include "master/upgrade_text.h"

#define TEXT_MAX (256 << 10)

/* --- what is received --------------------------------------------------------------------- */

bool
takeover_expected(void)
{
    return getenv(UPGRADE_ENVIRONMENT) != NULL;
}

/* The descriptor that the environment names; -1: that can't be. */
static int
socket_passed(void)
{
    const char *value = getenv(UPGRADE_ENVIRONMENT);
    int type = 0;
    socklen_t length = sizeof(type);
    char *end;
    long fd;

    fd = strtol(value, &end, 10);
    if (*value == '\0' || *end != '\0' || fd <= STDERR_FILENO || fd > INT_MAX ||
        getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || type != SOCK_STREAM ||
        fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    return (int)fd;
}

/* All of it was written before this program was started. */
static bool
takeover_read(int socket, char text[static TEXT_MAX])
{
    size_t used = 0;
    ssize_t n;

    while (used < TEXT_MAX - 1 &&
           (n = recv(socket, text + used, TEXT_MAX - 1 - used, MSG_DONTWAIT)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    return used > 0;
}

static void
add_peer(struct takeover *takeover, int socket, pid_t pid)
{
    if (takeover->count < TAKEOVER_MAX && fcntl(socket, F_SETFD, FD_CLOEXEC) == 0)
        takeover->peers[takeover->count++] =
            (struct takeover_peer){ .socket = socket, .pid = pid };
}

static int
take_socket(struct master *master, const struct upgrade_line *line)
{
    struct listeners *listeners = line->debug ? &master->observed : &master->listeners;

    listeners->inherited = line->inherited;
    listeners->shared = true;
    return listeners_receive(listeners, line->fd, line->name);
}

static size_t
count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static int
take_text(struct master *master, int socket, char *text)
{
    struct upgrade_line line = { 0 };
    pid_t pid = 0;
    int error = 0;

    if (!upgrade_text_known(&text))
        return -EPROTO;
    if ((error = listeners_expect(&master->listeners, &master->observed, count_lines(text))) <
        0)
        return error;
    while (error == 0 && line.kind != UPGRADE_LAST) {
        if (!upgrade_text_next(&text, &line))
            return -EPROTO;
        if (line.kind == UPGRADE_PID)
            pid = line.pid;
        else if (line.kind == UPGRADE_GENERATION)
            master->takeover.generation = line.number + 1;
        else if (line.kind == UPGRADE_DRAINS)
            add_peer(&master->takeover, line.fd, line.pid);
        else if (line.kind == UPGRADE_LISTEN)
            error = take_socket(master, &line);
    }
    add_peer(&master->takeover, socket, pid);
    master->takeover.upgraded = true;
    return error;
}

int
takeover_receive(struct master *master)
{
    const int socket = socket_passed();
    char *text;
    int error;

    if (socket < 0) {
        log_error("%s=%s: accepted: the descriptor that tiffd sets at an upgrade",
                  UPGRADE_ENVIRONMENT, getenv(UPGRADE_ENVIRONMENT));
        return -1;
    }
    unsetenv(UPGRADE_ENVIRONMENT);
    if ((text = malloc(TEXT_MAX)) == NULL)
        error = -ENOMEM;
    else
        error = takeover_read(socket, text) ? take_text(master, socket, text) : -EPROTO;
    free(text);
    if (error < 0)
        log_error("upgrade: the message of the running tiffd can't be used: %s",
                  strerror(-error));
    return error < 0 ? -1 : 0;
}

/* --- the master before -------------------------------------------------------------------- */

static struct takeover_peer *
newest_peer(struct takeover *takeover)
{
    return &takeover->peers[takeover->count - 1];
}

pid_t
takeover_predecessor(const struct master *master)
{
    const struct takeover *takeover = &master->takeover;

    return takeover->count > 0 ? takeover->peers[takeover->count - 1].pid : 0;
}

static bool
say(const struct takeover_peer *peer, const char *line)
{
    return send(peer->socket, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

/* It drains or is gone: its files now belong to this process. Without the pid file tiffd serves
 * all the same. */
static void
take_files(struct master *master)
{
    master->takeover.agreed = true;
    master->listeners.shared = false;
    master->observed.shared = false;
    (void)!pid_file_publish(&master->pid_file);
    control_publish(master);
    manager_ready(master);
}

void
takeover_announce(struct master *master)
{
    struct takeover *takeover = &master->takeover;

    if (takeover->upgraded && !say(newest_peer(takeover), UPGRADE_SERVING))
        take_files(master);
}

/* --- replaced masters --------------------------------------------------------------------- */

static void
forget_peer(struct master *master, unsigned i)
{
    struct takeover *takeover = &master->takeover;
    const bool newest = i == takeover->count - 1;

    close(takeover->peers[i].socket);
    log_info("process %d, which was replaced, has ended", (int)takeover->peers[i].pid);
    memmove(&takeover->peers[i], &takeover->peers[i + 1],
            (--takeover->count - i) * sizeof(takeover->peers[0]));
    if (newest && !takeover->agreed && !master->newest->starting && !master->stopping)
        take_files(master);
}

static void
agree(struct master *master, const struct takeover_peer *peer)
{
    if (master->takeover.agreed || peer != newest_peer(&master->takeover))
        return;
    take_files(master);
    log_notice("replaced process %d, which drains", (int)peer->pid);
    (void)say(peer, UPGRADE_TAKEN);
}

/* A previous master says only that it agrees. */
static void
hear_peer(struct master *master, unsigned i)
{
    const struct takeover_peer *peer = &master->takeover.peers[i];
    char text[64];
    const ssize_t n = recv(peer->socket, text, sizeof(text), MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        forget_peer(master, i);
    else if (n > 0)
        agree(master, peer);
}

void
takeover_run(struct master *master, uint64_t now)
{
    struct takeover *takeover = &master->takeover;

    if (!takeover->agreed && master->newest->starting)
        return; /* whether it is there is seen then */
    for (unsigned i = takeover->count; i-- > 0;)
        hear_peer(master, i);
    if (takeover->until == 0 || now < takeover->until || takeover->count == 0)
        return;
    log_warning("%u process%s, replaced by an upgrade, did not end in time", takeover->count,
                takeover->count == 1 ? "" : "es");
    while (takeover->count > 0)
        close(takeover->peers[--takeover->count].socket);
}

void
takeover_tell(const struct master *master, const char *line)
{
    for (unsigned i = 0; master->takeover.agreed && i < master->takeover.count; i++)
        (void)say(&master->takeover.peers[i], line);
}

void
takeover_end(struct master *master, const char *line, uint64_t until)
{
    takeover_tell(master, line);
    master->takeover.until = clock_earlier(master->takeover.until, until);
}

bool
takeover_over(const struct master *master)
{
    return master->takeover.count == 0 || !master->takeover.agreed;
}

uint64_t
takeover_next(const struct master *master)
{
    return master->takeover.count > 0 ? master->takeover.until : 0;
}

unsigned
takeover_poll(const struct master *master, struct pollfd fds[static TAKEOVER_MAX])
{
    const struct takeover *takeover = &master->takeover;

    if (!takeover->agreed && (takeover->count == 0 || master->newest->starting))
        return 0;
    for (unsigned i = 0; i < takeover->count; i++)
        fds[i] = (struct pollfd){ .fd = takeover->peers[i].socket, .events = POLLIN };
    return takeover->count;
}

void
takeover_let_go(const struct takeover *takeover)
{
    for (unsigned i = 0; i < takeover->count; i++)
        close(takeover->peers[i].socket);
}
