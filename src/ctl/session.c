/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session: a reply ends with "ok" or "error: REASON", see master/control.h. If memory runs out,
 * the program exits, see memory.h.
 */
#include "ctl/session.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"

#define OK    "ok\n"
#define TICK  1000 /* ms */
#define ERROR "error: "

static int
session_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error = 0;

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(address.sun_path))
        error = -ENAMETOOLONG;
    else if (strcpy(address.sun_path, path) &&
             connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        error = -errno;
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

/* Reads the outcome from the last line. False: the reply is incomplete. */
static bool
take_outcome(struct session *session, char *line)
{
    if (strncmp(line, ERROR, strlen(ERROR)) == 0) {
        line[strcspn(line, "\n")] = '\0';
        session->error = memory_copy(line + strlen(ERROR));
        return true;
    }
    return strcmp(line, OK) == 0;
}

static bool
read_reply(struct session *session, FILE *in)
{
    char *line = NULL;
    size_t space = 0;
    size_t size = 0;
    FILE *out = open_memstream(&session->text, &size);
    bool complete = false;

    if (out == NULL)
        return false;
    while (!complete && getline(&line, &space, in) > 0)
        if (!(complete = take_outcome(session, line)))
            fputs(line, out);
    free(line);
    return fclose(out) == 0 && complete;
}

static void
await_reply(int fd, const struct session_tick *tick)
{
    struct pollfd wanted = { .fd = fd, .events = POLLIN };

    while (tick && poll(&wanted, 1, TICK) == 0)
        tick->run(tick->argument);
}

/* 0: the daemon is in another PID namespace. */
static pid_t
peer_of(int fd)
{
    struct ucred peer = { 0 };
    socklen_t size = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? 0 : peer.pid;
}

int
session_run(struct session *session, const char *path, const char *command,
            const struct session_tick *tick)
{
    const int fd = session_connect(path);
    FILE *stream;
    int error = 0;

    *session = (struct session){ 0 };
    if (fd < 0)
        return fd;
    session->peer = peer_of(fd);
    if ((stream = fdopen(fd, "r+")) == NULL) {
        close(fd);
        return -ENOMEM;
    }
    if (fprintf(stream, "%s\n", command) < 0 || fflush(stream) != 0)
        error = -errno;
    await_reply(fd, error == 0 ? tick : NULL);
    if (error == 0 && !read_reply(session, stream))
        error = -ECONNRESET;
    fclose(stream);
    return error;
}

void
session_free(struct session *session)
{
    free(session->text);
    memory_free(session->error);
    *session = (struct session){ 0 };
}
