/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch: the observer sends Content-Length and closes the connection (observer/reply.h). So
 * fetch reads until the end of the stream and compares the length. RFC 9112 section 6.3.
 */
#include "ctl/fetch.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/listen.h"

#define TICK      1000 /* ms */
#define CHUNK     65536
#define LENGTH    "\r\nContent-Length:"
#define HEAD_ENDS "\r\n\r\n"

static int
fetch_connect(const char *address, char **error)
{
    struct listen_address item = { 0 };
    const char *problem = listen_parse(address, &item);
    int fd;

    if (problem) {
        *error = memory_format("the debug listener %s %s", address, problem);
        return -1;
    }
    fd = socket(item.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&item.address, item.length) == 0)
        return fd;
    *error = memory_format("debug listener %s: %s", address, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Receives everything, and adds a NUL. */
static bool
fetch_receive(int fd, struct fetch *all, const struct session_tick *tick)
{
    struct pollfd wanted = { .fd = fd, .events = POLLIN };
    ssize_t n;

    do {
        all->body = memory_grow(all->body, all->length + CHUNK + 1, 1);
        while (tick && all->length == 0 && poll(&wanted, 1, TICK) == 0)
            tick->run(tick->argument);
        n = read(fd, all->body + all->length, CHUNK);
        if (n > 0)
            all->length += (size_t)n;
    } while (n > 0 || (n < 0 && errno == EINTR));
    all->body[all->length] = '\0';
    return n == 0;
}

/* Returns the body of a response, or sets the error. */
static char *
take_body(struct fetch *fetch)
{
    char *end = strstr(fetch->body, HEAD_ENDS);
    char *body = end ? end + strlen(HEAD_ENDS) : NULL;
    const char *length = strcasestr(fetch->body, LENGTH);
    unsigned status = 0;

    if (body == NULL || sscanf(fetch->body, "HTTP/1.%*c %u", &status) != 1)
        return memory_copy("the debug listener has sent no response");
    fetch->length -= (size_t)(body - fetch->body);
    if (length && length < end && strtoull(length + strlen(LENGTH), NULL, 10) != fetch->length)
        return memory_copy("the response is not complete: the observer has ended");
    memmove(fetch->body, body, fetch->length + 1);
    if (status == 200)
        return NULL;
    return memory_format("the debug listener says %.*s", (int)strcspn(fetch->body, "\n"),
                         fetch->body);
}

void
fetch_run(struct fetch *fetch, const char *address, const char *target,
          const struct session_tick *tick)
{
    int fd;

    *fetch = (struct fetch){ 0 };
    if ((fd = fetch_connect(address, &fetch->error)) < 0)
        return;
    if (dprintf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target) <
            0 ||
        !fetch_receive(fd, fetch, tick))
        fetch->error = memory_format("debug listener %s: %s", address, strerror(errno));
    else
        fetch->error = take_body(fetch);
    close(fd);
}

void
fetch_free(struct fetch *fetch)
{
    memory_free(fetch->body);
    memory_free(fetch->error);
    *fetch = (struct fetch){ 0 };
}
