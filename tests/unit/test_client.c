/* SPDX-License-Identifier: BSD-2-Clause */
/* Client: whole requests and their whole replies, over a socket pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/count.h"
#include "observed.h"
#include "observer/client.h"
#include "pages/pages.h"
#include "profile/block.h"
#include "profile/heap.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile_load.h"
#include "shared/rows.h"

#define HOST      "Host: x\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

static struct observed observed;
static struct subscription *subscription;
static struct seats seats;
static char reply[1 << 20];

static int
set_up(void **state)
{
    static const uintptr_t stack[] = { (uintptr_t)load_user + 4, (uintptr_t)load_system + 4 };

    (void)state;
    observed_create(&observed, 2);
    subscription = subscription_create(1);
    if (seat_create(&seats, 1) < 0)
        return -1;
    tables_cpu(&observed.tables, 0)->hz = 100;
    tables_heap(&observed.tables, 1)->sample_bytes = 1;
    load_table(load_stacks(&observed.tables, PROFILE_HEAP, 1), 0, stack, 2, 3 * HEAP_UNIT,
               3000);
    load_table(load_stacks(&observed.tables, PROFILE_BLOCK, 0), 0, stack, 2, 2, 5000000);
    return subscription == NULL;
}

static int
tear_down(void **state)
{
    (void)state;
    munmap(subscription, sizeof(*subscription));
    seat_destroy(&seats);
    observed_destroy(&observed);
    return 0;
}

struct ends {
    int client;
    int server;
    int lifeline[2];
};

static struct ends
open_ends(void)
{
    struct ends ends;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(pipe(ends.lifeline), 0);
    ends.client = fds[0];
    ends.server = fds[1];
    return ends;
}

static void
serve(const struct ends *ends)
{
    const struct client client = {
        .view = &observed.view,
        .find = pages_find,
        .peer = { .fd = ends->server, .lifeline = ends->lifeline[0], .drain = -1 },
        .seats = &seats,
        .owner = 1,
        .subscription = subscription
    };

    client_serve(&client);
    alarm(0);
}

/* The request is there before it is read, with the end of what the client sends. */
static void
ask(const char *request, size_t length)
{
    struct ends ends = open_ends();
    size_t got = 0;
    ssize_t more;

    assert_int_equal(send(ends.client, request, length, 0), (ssize_t)length);
    shutdown(ends.client, SHUT_WR);
    serve(&ends);
    while ((more = recv(ends.client, reply + got, sizeof(reply) - 1 - got, 0)) > 0)
        got += (size_t)more;
    reply[got] = '\0';
    close(ends.client);
    close(ends.lifeline[0]);
    close(ends.lifeline[1]);
}

static void
expect(const char *request, const char *status, const char *text)
{
    ask(request, strlen(request));
    if (strncmp(reply, "HTTP/1.1 ", 9) != 0 || strncmp(reply + 9, status, strlen(status)) != 0)
        fail_msg("%s-> %s", request, reply);
    if (strstr(reply, text) == NULL)
        fail_msg("%s-> no \"%s\" in %s", request, text, reply);
    assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
}

/* --- what is refused ---------------------------------------------------------------------- */

static void
refusals(void **state)
{
    static const struct {
        const char *request;
        const char *status;
        const char *text;
    } rows[] = {
        { GET("/nothing"), "404", "index is at /debug/pprof/" },
        { GET("/profile"), "404", "" },
        { GET("/debug/pprof//debug/pprof"), "404", "" },
        { GET("/debug/pprof/profile?seconds=-1"), "400", "seconds: \"-1\"; accepted: 1 to " },
        { GET("/pprof/heap?worker=2"), "400", "worker: \"2\"; accepted: 0 to 1, all" },
        { GET("/debug/pprof/block?format=legacy"), "400",
          "accepted: proto, text, folded, flame, svg\n" },
        { GET("/debug/pprof/symbol?0x12+5"), "400", "address: \"5\"; accepted: 0x and" },
        { GET("/debug/pprof/symbol?0x12345678901234567"), "400", "address: \"0x1234" },
        { "POST /debug/pprof/heap HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", "405",
          "\r\nAllow: GET, HEAD\r\n" },
        { "DELETE /debug/pprof/symbol HTTP/1.1\r\n" HOST "\r\n", "405",
          "\r\nAllow: GET, HEAD, POST\r\n" },
        { "BREW / HTTP/1.1\r\n" HOST "\r\n", "501", "" },
        { "GET / HTTP/1.1\r\n\r\n", "400", "Host" },
        { "GET  / HTTP/1.1\r\n\r\n", "400", "" },
        { "GET / HTTP/2.0\r\n\r\n", "505", "" },
        { "POST /pprof/symbol HTTP/1.1\r\n" HOST "\r\n", "411", "Content-Length" },
        { "POST /pprof/symbol HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "411", "" },
        { "POST /pprof/symbol HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n", "413",
          "accepted: up to 1048576 bytes" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(rows[i].request, rows[i].status, rows[i].text);
}

/* Someone else has the only seat; what takes no time needs none. Seats are given back. */
static void
too_many_clients(void **state)
{
    (void)state;
    expect(GET("/pprof/block"), "200", "");
    assert_true(seat_take(&seats, 2));
    expect(GET("/pprof/block"), "503", "too many clients; see [debug] max_clients");
    expect(GET("/pprof/block?seconds=x"), "400", "seconds");
    expect(GET("/"), "200", "");
    expect(GET("/healthz"), "503", "have no process");
    expect(GET("/metrics"), "200", "tiffd_build_info");
    expect(GET("/debug/vars"), "200", "memstats");
    seat_give(&seats, 2);
    expect(GET("/pprof/block"), "200", "");
}

static void
nobody_samples(void **state)
{
    (void)state;
    expect(GET("/pprof/heap?worker=0"), "503", "no worker samples allocations");
    expect(GET("/pprof/profile?worker=1"), "503", "no worker takes samples");
}

/* --- pages -------------------------------------------------------------------------------- */

static void
index_page(void **state)
{
    (void)state;
    expect(GET("/"), "200", "Content-Type: text/html; charset=utf-8\r\n");
    expect(GET("/debug/pprof/"), "200", "Content-Type: text/html; charset=utf-8\r\n");
    assert_non_null(
        strstr(reply, "<td class=\"count\">2.93kB</td><td><a href=\"/debug/pprof/heap"));
    assert_non_null(
        strstr(reply, "<td class=\"count\">2</td><td><a href=\"/debug/pprof/block"));
    assert_non_null(strstr(reply, "seconds=5&amp;format=text"));
    expect(GET("/debug/pprof/"), "200", "<h1>tiffd</h1>");
    expect(GET("/debug/pprof"), "200", "<h1>tiffd</h1>");
    expect(GET("/pprof/"), "200", "<h1>tiffd</h1>");
}

static void
command_line(void **state)
{
    static const char expected[] = "\r\n\r\ntiffd\0-c\0a b";

    (void)state;
    expect(GET("/debug/pprof/cmdline"), "200", "Content-Length: 12\r\n");
    assert_memory_equal(strstr(reply, "\r\n\r\n"), expected, sizeof(expected));
}

static void
symbols(void **state)
{
    char request[256];
    char expected[64];

    (void)state;
    expect(GET("/pprof/symbol"), "200", "\r\n\r\nnum_symbols: 1\n");
    snprintf(request, sizeof(request), GET("/pprof/symbol?0x%lX+0x1"),
             (unsigned long)load_user + 4);
    snprintf(expected, sizeof(expected), "0x%lX\tload_user\n0x1\t[unknown]\n",
             (unsigned long)load_user + 4);
    expect(request, "200", expected);
    snprintf(request, sizeof(request),
             "POST /debug/pprof/symbol HTTP/1.1\r\n" HOST
             "Expect: 100-continue\r\nContent-Length: 18\r\n\r\n0x%016lx",
             (unsigned long)load_system);
    expect(request, "200", "\tload_system\n");
}

/* The client waits to be asked for the content, and then sends it in pieces. */
static void
content_on_demand(void **state)
{
    static const char head[] = "POST /debug/pprof/symbol HTTP/1.1\r\n" HOST
                               "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    struct ends ends = open_ends();
    char text[1024] = "";
    pid_t pid;

    (void)state;
    assert_int_equal(send(ends.client, head, sizeof(head) - 1, 0), sizeof(head) - 1);
    if ((pid = fork()) == 0) {
        close(ends.client);
        serve(&ends);
        _exit(0);
    }
    close(ends.server);
    while (recv(ends.client, text, sizeof(text) - 1, 0) <= 0)
        usleep(1000);
    assert_string_equal(text, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(send(ends.client, "0x", 2, 0), 2);
    usleep(20000);
    assert_int_equal(send(ends.client, "1", 1, 0), 1);
    while (recv(ends.client, text, sizeof(text) - 1, 0) <= 0)
        usleep(1000);
    assert_non_null(strstr(text, "HTTP/1.1 200 OK"));
    close(ends.client);
    assert_int_equal(load_wait(pid, &(uint64_t){ 0 }), 0);
}

static void
formats(void **state)
{
    (void)state;
    expect(GET("/pprof/heap"), "200", "heap profile: 3: 3000 [4: 3000] @ heapprofile\n");
    assert_non_null(strstr(reply, "MAPPED_LIBRARIES:\n"));
    expect(GET("/pprof/allocs?format=text"), "200", "Type: alloc_space\n");
    assert_non_null(strstr(reply, "load_user"));
    expect(GET("/pprof/heap?debug=1&sample_index=inuse_objects"), "200",
           "Type: inuse_objects\n");
    expect(GET("/pprof/block"), "200", "Type: delay\n");
    expect(GET("/pprof/heap?format=proto"), "200", "filename=\"heap\"\r\n");
    assert_memory_equal(strstr(reply, "\r\n\r\n") + 4, "\x1f\x8b", 2);
    expect("GET /pprof/heap HTTP/1.1\r\n" HOST "accept-encoding: br , gzip;q=0.5\r\n\r\n",
           "200", "application/octet-stream");
    assert_memory_equal(strstr(reply, "\r\n\r\n") + 4, "\x1f\x8b", 2);
    expect("GET /pprof/heap HTTP/1.1\r\nAccept-Encoding: gzip; q=0, x\r\n" HOST "\r\n", "200",
           "heap profile: ");
}

static void
processes(void **state)
{
    (void)state;
    observed.shared.roster->entries[1].pid = getpid();
    observed.shared.roster->entries[1].spawned = 7;
    expect(GET("/debug/pprof/threadcreate"), "200", "threadcreate profile: total 3\n");
    assert_non_null(strstr(reply, "#\tworkers of generation 0\n#\t  worker 0\n"));
    assert_non_null(strstr(reply, "processes in this slot 7\n"));
    assert_non_null(strstr(reply, "\n--- Memory map: ---\n"));
}

static void
connections(void **state)
{
    static const struct label_name items[] = { { "/a.tif", "cached" } };
    static const struct label_names labels = { items, 1 };
    struct rows *rows = tables_rows(&observed.tables, 1);
    struct row *row;

    (void)state;
    observed.shared.labels = labels;
    observed.shared.roster->entries[1].pid = getpid();
    rows_start(rows, observed.tables.connections);
    row = rows_take(rows);
    row->connection = 3;
    row = rows_take(rows);
    *row = (struct row){ .connection = 4,
                         .state = ROW_SEND,
                         .requests = 2,
                         .label = 1,
                         .position = 10,
                         .end = 99,
                         .stalled = 1500000000,
                         .reason = MARKER_WAIT_CLIENT,
                         .waits = (uint32_t)clock_now() - 60000 };
    expect(GET("/debug/pprof/goroutine?debug=1"), "200", "goroutine profile: total 2\n1 @ 0x");
    assert_non_null(strstr(reply, "worker 1, connection 3, age "));
    assert_non_null(
        strstr(reply, "requests 2, /a.tif, byte 10 of 99, stalled 1.500 s, waits 60."));
    expect(GET("/debug/pprof/goroutine?worker=0"), "200", "goroutine profile: total 0\n");
}

/* No content, no length of it, and no waiting. */
static void
head_only(void **state)
{
    uint64_t before = clock_now();

    (void)state;
    expect("HEAD /debug/pprof/profile?seconds=30 HTTP/1.1\r\n" HOST "\r\n", "200", "");
    assert_true(clock_now() - before < 5000);
    assert_null(strstr(reply, "Content-Length"));
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
    assert_int_equal(tables_cpu(&observed.tables, 0)->wanted, 0);
    expect("HEAD /debug/pprof/profile?seconds=x HTTP/1.1\r\n" HOST "\r\n", "400", "\r\n\r\n");
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
}

/* --- windows ------------------------------------------------------------------------------ */

static void
wait_until_wanted(uint32_t count)
{
    uint64_t end = clock_now() + 5000;

    while (__atomic_load_n(&tables_cpu(&observed.tables, 0)->wanted, __ATOMIC_SEQ_CST) != count)
        if (clock_now() > end)
            fail_msg("not %u who ask for samples", (unsigned)count);
        else
            usleep(1000);
}

static pid_t
start_window(struct ends *ends, const char *request)
{
    pid_t pid;

    *ends = open_ends();
    assert_true(send(ends->client, request, strlen(request), 0) > 0);
    if ((pid = fork()) == 0) {
        close(ends->client);
        close(ends->lifeline[1]);
        serve(ends);
        _exit(0);
    }
    close(ends->server);
    wait_until_wanted(1);
    return pid;
}

static void
window_counts_what_comes(void **state)
{
    static const uintptr_t stack[] = { (uintptr_t)load_user + 4, (uintptr_t)load_system + 4 };
    struct stacks *stacks = load_stacks(&observed.tables, PROFILE_CPU, 0);
    struct ends ends;
    char text[65536];
    pid_t pid;

    (void)state;
    load_table(stacks, 0, stack, 2, 5, 50000000);
    sampler_retire(tables_cpu(&observed.tables, 0), 50000000);
    pid = start_window(&ends, GET("/pprof/profile?seconds=1&format=text"));
    usleep(100000);
    load_table(stacks, 0, stack, 2, 3, 30000000);
    sampler_retire(tables_cpu(&observed.tables, 0), 30000000);
    while (recv(ends.client, text, sizeof(text) - 1, 0) <= 0)
        usleep(1000);
    assert_non_null(strstr(text, "Total samples = 30ms"));
    close(ends.client);
    assert_int_equal(load_wait(pid, &(uint64_t){ 0 }), 0);
    assert_int_equal(tables_cpu(&observed.tables, 0)->wanted, 0);
}

/* A client that leaves, and an observer that ends, end a window at once. */
static void
windows_end_early(void **state)
{
    struct ends ends;
    pid_t pid = start_window(&ends, GET("/pprof/profile?seconds=3600"));

    (void)state;
    close(ends.client);
    wait_until_wanted(0);
    assert_int_equal(load_wait(pid, &(uint64_t){ 0 }), 0);
    pid = start_window(&ends, GET("/pprof/profile?seconds=3600"));
    close(ends.lifeline[1]);
    wait_until_wanted(0);
    assert_int_equal(load_wait(pid, &(uint64_t){ 0 }), 0);
    close(ends.client);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(refusals),          CASE(too_many_clients), CASE(nobody_samples),
        CASE(index_page),        CASE(command_line),     CASE(symbols),
        CASE(content_on_demand), CASE(formats),          CASE(processes),
        CASE(connections),       CASE(head_only),        CASE(window_counts_what_comes),
        CASE(windows_end_early),
    };

    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
