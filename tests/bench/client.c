/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client: an HTTP load generator that drops the content in the kernel, so that on the same
 * machine the server is the limit. Groups of keep-alive connections, each as fast as it can or
 * at a fixed rate; one request at a time on each. Prints one JSON object.
 *
 * Exports nothing. Fatal: bad options, no memory, and a server that can't be reached at the
 * start. A broken or unexpected response is counted, and its connection is opened anew.
 * Known weakness: slow groups are read every SCHEDTRACE_MS, so short responses at low rates are
 * coarse.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "reply.h"
#include "samples.h"
#include "seconds.h"

enum { GROUPS_MAX = 8, EVENTS = 512, SCHEDTRACE_MS = 10, REQUEST_SIZE = 2048 };

struct group {
    unsigned count;
    uint64_t rate; /* octets per second of each connection; 0: no limit */
    uint64_t requests;
    uint64_t bytes;
    uint64_t errors;
    uint64_t reopened;
    struct samples samples;
    struct seconds seconds;
};

struct connection {
    int fd;
    bool finished; /* with -i: has had its response */
    struct group *group;
    uint64_t begun; /* nanoseconds, when the request was sent */
    uint64_t bytes; /* of all responses */
    struct reply reply;
};

struct client {
    struct sockaddr_in address;
    const char *path, *method, *field;
    int status;                       /* the one to expect */
    uint64_t range_size, object_size; /* -r; 0: whole objects */
    unsigned objects;                 /* -n; 0: path is one */
    uint64_t random;                  /* state of next_random() */
    struct in_addr source;            /* -b */
    double seconds;
    uint64_t begun; /* nanoseconds */
    uint64_t now;   /* when the current events came */
    bool idle;      /* -i */
    struct group groups[GROUPS_MAX];
    unsigned group_count, connection_count, finished_count;
    struct connection *connections;
    int epoll;
    char request[REQUEST_SIZE];
    size_t request_length;
};

static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
die(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* xorshift64: every server is asked the same questions in the same order. */
static uint64_t
next_random(struct client *client)
{
    client->random ^= client->random << 13;
    client->random ^= client->random >> 7;
    client->random ^= client->random << 17;
    return client->random;
}

static void
build_request(struct client *client)
{
    char path[REQUEST_SIZE / 2];
    char range[64] = "";
    uint64_t first;
    int length;

    if (client->objects > 0)
        snprintf(path, sizeof(path), "%s%05u", client->path,
                 (unsigned)(next_random(client) % client->objects));
    if (client->range_size > 0) {
        first = next_random(client) % (client->object_size - client->range_size + 1);
        snprintf(range, sizeof(range), "Range: bytes=%ju-%ju\r\n", (uintmax_t)first,
                 (uintmax_t)(first + client->range_size - 1));
    }
    length = snprintf(client->request, sizeof(client->request),
                      "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s\r\n", client->method,
                      client->objects > 0 ? path : client->path,
                      client->field ? client->field : "", client->field ? "\r\n" : "", range);
    if (length >= (int)sizeof(client->request)) {
        errno = E2BIG;
        die("request");
    }
    client->request_length = (size_t)length;
}

static bool
send_request(struct client *client, struct connection *connection)
{
    ssize_t sent;

    if (client->range_size > 0 || client->objects > 0)
        build_request(client);
    sent = send(connection->fd, client->request, client->request_length, MSG_NOSIGNAL);
    reply_begin(&connection->reply, strcmp(client->method, "HEAD") == 0);
    connection->begun = now_ns();
    return sent == (ssize_t)client->request_length;
}

/* The port is chosen when it connects, so that one address has all of them. */
static void
bind_source(const struct client *client, int fd)
{
    const struct sockaddr_in source = { .sin_family = AF_INET, .sin_addr = client->source };
    const int late = 1;

    if (client->source.s_addr == 0)
        return;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof(late));
    if (bind(fd, (const struct sockaddr *)&source, sizeof(source)) != 0)
        die("bind");
}

static void
open_connection(struct client *client, struct connection *connection)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    bind_source(client, connection->fd);
    if (connect(connection->fd, (const struct sockaddr *)&client->address,
                sizeof(client->address)) != 0)
        die("connect");
    if (connection->group->rate == 0 &&
        epoll_ctl(client->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        die("epoll_ctl");
    if (!send_request(client, connection))
        die("send");
}

static void
reopen(struct client *client, struct connection *connection)
{
    connection->group->reopened++;
    close(connection->fd);
    open_connection(client, connection);
}

static void
complete(struct client *client, struct connection *connection)
{
    struct group *group = connection->group;

    if (connection->reply.status != client->status) {
        group->errors++;
    } else {
        group->requests++;
        seconds_add(&group->seconds, client->now - client->begun, 1, 0);
        samples_add(&group->samples, (uint32_t)((now_ns() - connection->begun) / 1000));
    }
    if (client->idle) {
        connection->finished = true;
        client->finished_count++;
    } else if (connection->reply.close || !send_request(client, connection)) {
        reopen(client, connection);
    }
}

/* What the connection may read now so as to stay at its rate. */
static size_t
allowance(const struct connection *connection)
{
    const struct group *group = connection->group;
    double seconds = (double)(now_ns() - connection->begun) / 1e9;
    uint64_t due = (uint64_t)(seconds * (double)group->rate);

    if (group->rate == 0)
        return SIZE_MAX / 2;
    return due > connection->reply.taken ? (size_t)(due - connection->reply.taken) : 0;
}

static void
read_connection(struct client *client, struct connection *connection)
{
    struct group *group = connection->group;
    uint64_t before = connection->reply.taken;
    size_t size = allowance(connection);
    enum reply_result result;

    if (size == 0 || connection->finished)
        return;
    result = reply_read(&connection->reply, connection->fd, size);
    group->bytes += connection->reply.taken - before;
    seconds_add(&group->seconds, client->now - client->begun, 0,
                connection->reply.taken - before);
    connection->bytes += connection->reply.taken - before;
    if (result == REPLY_DONE)
        complete(client, connection);
    if (result == REPLY_BROKEN)
        group->errors++;
    if (result == REPLY_BROKEN || result == REPLY_CLOSED)
        reopen(client, connection);
}

static void
read_slow_ones(struct client *client)
{
    for (unsigned i = 0; i < client->connection_count; i++)
        if (client->connections[i].group->rate > 0)
            read_connection(client, &client->connections[i]);
}

static bool
any_slow(const struct client *client)
{
    for (unsigned i = 0; i < client->group_count; i++)
        if (client->groups[i].rate > 0)
            return true;
    return false;
}

static void
run(struct client *client, uint64_t end)
{
    struct epoll_event events[EVENTS];
    bool slow = any_slow(client);
    uint64_t paced = 0;

    for (uint64_t now = now_ns(); now < end; now = now_ns()) {
        int wait_ms = slow ? SCHEDTRACE_MS : (int)((end - now) / 1000000 + 1);
        int count = epoll_wait(client->epoll, events, EVENTS, wait_ms);

        client->now = now_ns();
        for (int i = 0; i < count; i++)
            read_connection(client, events[i].data.ptr);
        if (slow && now - paced >= SCHEDTRACE_MS * UINT64_C(1000000)) {
            read_slow_ones(client);
            paced = now;
        }
        if (client->finished_count == client->connection_count)
            return;
    }
}

/* Jain's index of the connections' bytes: 1 when all have had the same. */
static double
fairness(const struct client *client, const struct group *group)
{
    double sum = 0, squares = 0;

    for (unsigned i = 0; i < client->connection_count; i++) {
        const struct connection *connection = &client->connections[i];
        double bytes = connection->group == group ? (double)connection->bytes : 0;

        sum += bytes;
        squares += bytes * bytes;
    }
    return squares > 0 ? sum * sum / (group->count * squares) : 1;
}

static void
print_latency(struct samples *samples)
{
    static const struct {
        const char *name;
        double percent;
    } percentiles[] = {
        { "p0_001", 0.001 }, { "p0_01", 0.01 },   { "p0_1", 0.1 },       { "p1", 1 },
        { "p2_5", 2.5 },     { "p10", 10 },       { "p25", 25 },         { "p50", 50 },
        { "p75", 75 },       { "p90", 90 },       { "p97_5", 97.5 },     { "p99", 99 },
        { "p99_9", 99.9 },   { "p99_99", 99.99 }, { "p99_999", 99.999 },
    };

    samples_sort(samples);
    printf("{\"mean\": %.1f, \"stdev\": %.1f, \"min\": %u, ", samples_mean(samples),
           samples_stdev(samples), samples_percentile(samples, 0));
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(*percentiles); i++)
        printf("\"%s\": %u, ", percentiles[i].name,
               samples_percentile(samples, percentiles[i].percent));
    printf("\"max\": %u}", samples_percentile(samples, 100));
}

static void
print_group(const struct client *client, struct group *group)
{
    printf("{\"connections\": %u, \"rate\": %ju, \"requests\": %ju, \"bytes\": %ju, "
           "\"errors\": %ju, \"reopened\": %ju, \"jain\": %.4f, \"latency_us\": ",
           group->count, (uintmax_t)group->rate, (uintmax_t)group->requests,
           (uintmax_t)group->bytes, (uintmax_t)group->errors, (uintmax_t)group->reopened,
           fairness(client, group));
    print_latency(&group->samples);
    printf(", \"each_second\": ");
    seconds_print(&group->seconds);
    printf("}");
}

static void
print(struct client *client, double seconds)
{
    printf("{\"seconds\": %.6f, \"groups\": [", seconds);
    for (unsigned i = 0; i < client->group_count; i++) {
        printf("%s", i > 0 ? ", " : "");
        print_group(client, &client->groups[i]);
    }
    printf("]}\n");
    fflush(stdout);
}

static void
add_group(struct client *client, const char *text)
{
    struct group *group = &client->groups[client->group_count];
    uintmax_t rate = 0;

    if (client->group_count == GROUPS_MAX || sscanf(text, "%u:%ju", &group->count, &rate) < 1 ||
        group->count == 0) {
        errno = EINVAL;
        die(text);
    }
    group->rate = rate;
    client->group_count++;
    client->connection_count += group->count;
}

static void
open_all(struct client *client)
{
    struct connection *next;

    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    client->connections = calloc(client->connection_count, sizeof(*client->connections));
    if (client->epoll < 0 || !client->connections)
        die("start");
    next = client->connections;
    for (unsigned i = 0; i < client->group_count; i++)
        for (unsigned k = 0; k < client->groups[i].count; k++, next++) {
            next->group = &client->groups[i];
            open_connection(client, next);
        }
}

static void
usage(void)
{
    fputs("usage: client -p PORT [-u PATH] [-m METHOD] [-H FIELD] [-s STATUS] [-d SECONDS]\n"
          "              [-a ADDRESS] [-b SOURCE] [-r SIZE:OF] [-n OBJECTS] [-i]\n"
          "              -g CONNECTIONS[:RATE]...\n"
          "-r: ranges of SIZE bytes at random offsets of an object of OF bytes\n"
          "-n: PATH is followed by one of so many numbers, 00000 and up, at random\n"
          "-i: one request a connection, then hold all of them until standard input ends\n",
          stderr);
    exit(2);
}

static void
read_address(struct in_addr *address, const char *text)
{
    if (inet_pton(AF_INET, text, address) != 1)
        usage();
}

static void
read_range(struct client *client, const char *text)
{
    uintmax_t size, of;

    if (sscanf(text, "%ju:%ju", &size, &of) != 2 || size == 0 || size > of)
        usage();
    client->range_size = size;
    client->object_size = of;
}

static void
read_options(struct client *client, int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "p:u:m:H:s:d:g:a:b:r:n:i")) != -1;) {
        switch (option) {
        case 'a':
            read_address(&client->address.sin_addr, optarg);
            break;
        case 'b':
            read_address(&client->source, optarg);
            break;
        case 'r':
            read_range(client, optarg);
            break;
        case 'n':
            client->objects = (unsigned)atoi(optarg);
            break;
        case 'p':
            client->address.sin_port = htons((uint16_t)atoi(optarg));
            break;
        case 'u':
            client->path = optarg;
            break;
        case 'm':
            client->method = optarg;
            break;
        case 'H':
            client->field = optarg;
            break;
        case 's':
            client->status = atoi(optarg);
            break;
        case 'd':
            client->seconds = atof(optarg);
            break;
        case 'g':
            add_group(client, optarg);
            break;
        case 'i':
            client->idle = true;
            break;
        default:
            usage();
        }
    }
    if (optind != argc || client->group_count == 0 || client->address.sin_port == 0)
        usage();
}

static void
hold(void)
{
    char octet;

    while (read(STDIN_FILENO, &octet, 1) > 0)
        continue;
}

int
main(int argc, char **argv)
{
    static struct client client = {
        .address = { .sin_family = AF_INET },
        .path = "/tiff",
        .method = "GET",
        .status = 200,
        .seconds = 5,
        .random = 0x9e3779b97f4a7c15,
    };

    client.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    read_options(&client, argc, argv);
    build_request(&client);
    client.begun = client.now = now_ns();
    open_all(&client);
    run(&client, client.begun + (uint64_t)(client.seconds * 1e9));
    print(&client, (double)(now_ns() - client.begun) / 1e9);
    if (client.idle)
        hold();
    return 0;
}
