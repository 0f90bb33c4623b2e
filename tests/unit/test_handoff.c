/* SPDX-License-Identifier: BSD-2-Clause */
/* Handoff: a connection arrives with its request, or stays where it is; none is lost on the
 * way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "worker/connections.h"
#include "worker/worker.h"

enum { WORKERS = 2, HEAD_SIZE = 8192 };

static const char REQUEST[] = "GET /o HTTP/1.1\r\nHost: test\r\n\r\nGET /o";
static const struct config_server server = { .workers = WORKERS,
                                             .max_header_size = HEAD_SIZE,
                                             .worker_connections = 1000,
                                             .max_refused = 10 };
static struct shared shared;
static struct handoff handoffs[WORKERS];
static struct inherit inherits[WORKERS];
static struct worker workers[WORKERS];
static struct trace off;
static struct rows no_rows;
static char inbox[HEAD_SIZE];
static int client; /* the far end of the last connection */

static void
begin(unsigned number)
{
    struct worker *worker = &workers[number];

    inherits[number] =
        (struct inherit){ .shared = &shared, .handoffs = handoffs, .slot = number };
    *worker = (struct worker){ .inherit = &inherits[number],
                               .shared = &shared,
                               .server = &server,
                               .slot = slots_worker(&shared.slots, number),
                               .now = 5000,
                               .exchange.inbox = inbox,
                               .activities.trace = &off,
                               .activities.rows = &no_rows };
    worker->slot->pid = 1;
    assert_int_equal(watch_open(&worker->watches, &worker->slot->stale), 0);
    turns_start(worker);
    admission_start(worker);
    for (unsigned i = 0; i < CONNECTION_STATES; i++)
        timers_init(&worker->connections.timers[i], 1000);
}

static int
setup(void **state)
{
    (void)state;
    if (slots_create(&shared.slots, WORKERS, 1) < 0)
        return -1;
    for (unsigned i = 0; i < WORKERS; i++) {
        if (handoff_open(&handoffs[i]) < 0)
            return -1;
        begin(i);
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WORKERS; i++) {
        connections_close_all(&workers[i]);
        handoff_close(&handoffs[i]);
        watch_close(&workers[i].watches);
    }
    slots_destroy(&shared.slots);
    return 0;
}

/* The accepted end of a connection on which a byte has come. */
static int
accept_one(void)
{
    int fd = loopback_connect(&client);

    assert_int_equal(send(client, "x", 1, 0), 1);
    return fd;
}

/* A connection of worker 0 whose packets arrive where worker 1 runs. */
static struct connection *
misplaced(void)
{
    const struct address nobody = { 0 };
    struct connection *connection =
        connection_open(&workers[0], accept_one(), &nobody, TRACE_ACCEPT);
    int cpu = -1;
    socklen_t length = sizeof(cpu);

    assert_non_null(connection);
    assert_int_equal(getsockopt(connection->watch.fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu,
                                &length),
                     0);
    assert_true(cpu >= 0);
    slots_worker(&shared.slots, 0)->cpu = (uint32_t)cpu + 2;
    slots_worker(&shared.slots, 1)->cpu = (uint32_t)cpu + 1;
    connection->requests = 3;
    return connection;
}

static bool
offer(struct connection *connection)
{
    const bool given = handoff_offer(&workers[0], connection, REQUEST, strlen(REQUEST));

    if (given)
        connection_settle(&workers[0], connection, OUTCOME_CLOSED);
    return given;
}

static void
a_connection_arrives_with_its_request(void **state)
{
    const struct connection *arrived;
    char byte = 0;

    (void)state;
    assert_true(offer(misplaced()));
    assert_int_equal(workers[0].connections.count, 0);
    assert_int_equal(slots_worker(&shared.slots, 1)->coming, 1);
    handoff_ready(&workers[1], &workers[1].handoff, EPOLLIN);
    assert_int_equal(slots_worker(&shared.slots, 1)->coming, 0);
    assert_int_equal(slots_worker(&shared.slots, 0)->given, 1);
    assert_int_equal(slots_worker(&shared.slots, 1)->taken, 1);
    assert_int_equal(workers[1].connections.count, 1);
    arrived = TAILQ_FIRST(&workers[1].turns.queue);
    assert_non_null(arrived);
    assert_int_equal(arrived->requests, 2);
    assert_int_equal(arrived->inbox->length, strlen(REQUEST));
    assert_memory_equal(arrived->inbox->bytes, REQUEST, strlen(REQUEST));
    assert_int_equal(recv(arrived->watch.fd, &byte, 1, MSG_DONTWAIT), 1);
    assert_int_equal(byte, 'x');
    close(client);
}

/* What closes is gone for the client, too: nobody else holds it. */
static void
the_giver_keeps_nothing(void **state)
{
    char byte;

    (void)state;
    assert_true(offer(misplaced()));
    handoff_ready(&workers[1], &workers[1].handoff, EPOLLIN);
    connections_close_all(&workers[1]);
    assert_true(recv(client, &byte, 1, 0) <= 0);
    close(client);
}

static void
a_full_handoff_leaves_it_where_it_is(void **state)
{
    struct connection *connection = misplaced();

    (void)state;
    while (send(handoffs[1].give, inbox, sizeof(inbox), 0) > 0)
        ;
    assert_false(offer(connection));
    assert_int_equal(workers[0].connections.count, 1);
    assert_int_equal(slots_worker(&shared.slots, 1)->coming, 0);
    assert_int_equal(slots_worker(&shared.slots, 0)->given, 0);
    close(client);
}

static void
who_drains_gives_nothing(void **state)
{
    (void)state;
    workers[0].drain.until = 1;
    assert_false(offer(misplaced()));
    close(client);
}

static void
who_has_come_stays(void **state)
{
    struct connection *connection = misplaced();

    (void)state;
    workers[0].now = 5999;
    connection->stays = 7;
    assert_false(offer(connection));
    workers[0].now = 6999;
    assert_false(offer(connection));
    workers[0].now = 7000;
    assert_true(offer(connection));
    close(client);
}

/* Whoever empties the handoffs serves what lies there, whosever it is. */
static void
all_handoffs_are_emptied(void **state)
{
    (void)state;
    assert_true(offer(misplaced()));
    handoff_empty(&workers[0]);
    assert_int_equal(workers[0].connections.count, 1);
    assert_int_equal(slots_worker(&shared.slots, 1)->coming, 0);
    assert_int_equal(slots_worker(&shared.slots, 0)->taken, 1);
    close(client);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_connection_arrives_with_its_request, setup, teardown),
        cmocka_unit_test_setup_teardown(the_giver_keeps_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_handoff_leaves_it_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(who_drains_gives_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(who_has_come_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(all_handoffs_are_emptied, setup, teardown),
    };

    return cmocka_run_group_tests_name("handoff", tests, NULL, NULL);
}
