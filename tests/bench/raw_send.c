/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw_send: the yardstick: the least that a server can do on one thread. Answers whatever ends
 * in an empty line with the same prebuilt head and the same body from memory.
 *
 * Exports nothing. Every failure to set up is fatal; a failing connection is dropped. It is no
 * HTTP server: it has no timeouts, reads no request, and takes one request at a time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS = 512, INPUT_SIZE = 8192 };

struct connection {
    int fd;
    bool waiting; /* to send more */
    size_t sent;  /* octets of the response */
};

struct server {
    char *response; /* head and body in one piece */
    size_t length;
    size_t turn; /* octets a send() at most */
    int buffer;  /* SO_SNDBUF; 0: the system's choice */
    int listener, epoll;
};

static void
die(const char *what)
{
    fprintf(stderr, "raw_send: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void
load(struct server *server, const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat status;
    size_t head;
    ssize_t got;

    if (fd < 0 || fstat(fd, &status) != 0)
        die(file);
    server->response = malloc((size_t)status.st_size + 256);
    if (!server->response)
        die(file);
    head = (size_t)snprintf(server->response, 256,
                            "HTTP/1.1 200 OK\r\nContent-Length: %jd\r\n\r\n",
                            (intmax_t)status.st_size);
    server->length = head;
    while ((got = read(fd, server->response + server->length, 1 << 20)) > 0)
        server->length += (size_t)got;
    if (got < 0 || server->length != head + (size_t)status.st_size)
        die(file);
    close(fd);
}

static void
watch(const struct server *server, int operation, int fd, uint32_t events, void *data)
{
    struct epoll_event event = { .events = events, .data.ptr = data };

    if (epoll_ctl(server->epoll, operation, fd, &event) != 0)
        die("epoll_ctl");
}

static void
listen_on(struct server *server, uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(server->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(server->listener, 4096) != 0)
        die("listen");
    watch(server, EPOLL_CTL_ADD, server->listener, EPOLLIN, NULL);
}

static void
accept_all(const struct server *server)
{
    for (int fd; (fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct connection *connection = calloc(1, sizeof(*connection));

        if (!connection)
            die("accept");
        connection->fd = fd;
        if (server->buffer > 0)
            setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &server->buffer, sizeof(server->buffer));
        watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }
}

/* Waits for what comes next; a small response changes nothing. */
static void
await(const struct server *server, struct connection *connection)
{
    const bool waiting = connection->sent < server->length;

    if (waiting != connection->waiting)
        watch(server, EPOLL_CTL_MOD, connection->fd, waiting ? EPOLLOUT : EPOLLIN, connection);
    connection->waiting = waiting;
}

/* False when the connection is over. */
static bool
transmit(const struct server *server, struct connection *connection)
{
    size_t left = server->length - connection->sent;
    size_t size = left < server->turn ? left : server->turn;
    ssize_t sent =
        send(connection->fd, server->response + connection->sent, size, MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN)
        return false;
    if (sent > 0)
        connection->sent += (size_t)sent;
    await(server, connection);
    return true;
}

/* False when the connection is over. */
static bool
receive(const struct server *server, struct connection *connection)
{
    char input[INPUT_SIZE];
    ssize_t got = recv(connection->fd, input, sizeof(input), MSG_DONTWAIT);

    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    if (got < 4 || memcmp(input + got - 4, "\r\n\r\n", 4) != 0)
        return true;
    connection->sent = 0;
    return transmit(server, connection);
}

static void
serve(const struct server *server, struct connection *connection)
{
    if (connection->waiting ? transmit(server, connection) : receive(server, connection))
        return;
    close(connection->fd);
    free(connection);
}

static void
loop(const struct server *server)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int count = epoll_wait(server->epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr)
                serve(server, events[i].data.ptr);
            else
                accept_all(server);
        }
    }
}

int
main(int argc, char **argv)
{
    struct server server = { .turn = SIZE_MAX / 2 };

    if (argc < 3 || argc > 5) {
        fputs("usage: raw_send PORT FILE [SNDBUF [TURN]]\n", stderr);
        return 2;
    }
    if (argc > 3)
        server.buffer = atoi(argv[3]);
    if (argc > 4)
        server.turn = (size_t)atol(argv[4]);
    load(&server, argv[2]);
    listen_on(&server, (uint16_t)atoi(argv[1]));
    loop(&server);
}
