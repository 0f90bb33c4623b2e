/* SPDX-License-Identifier: BSD-2-Clause */
/* Sender: what each kind of push comes to, over a pair of sockets; without a loop or a worker's
 * process around it. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/reader.h"
#include "worker/sender.h"
#include "worker/worker.h"

enum { LENGTH = 1 << 20, HEAD = 5 };

static char bytes[LENGTH];
static ssize_t outcome_of_read; /* what a thread that reads gets; 0: all it asks for */

static const char *
map(const struct object *object)
{
    (void)object;
    return bytes;
}

/* Nothing is in memory: a thread has to read it. */
static ssize_t
read_slowly(const struct object *object, void *buffer, size_t size, uint64_t offset, bool wait)
{
    (void)object;
    if (!wait)
        return -EAGAIN;
    if (outcome_of_read != 0)
        return outcome_of_read;
    memcpy(buffer, bytes + offset, size);
    return (ssize_t)size;
}

static int
no_file(const struct object *object, uint64_t *offset)
{
    (void)object;
    (void)offset;
    return -1;
}

static const struct object_ops mapped_ops = { .map = map, .file = no_file };
static const struct object_ops slow_ops = { .read = read_slowly, .file = no_file };
static const struct config_asset asset = { .path = (char[]){ "/o" }, .file = (char[]){ "o" } };
static struct object objects[] = { { .ops = &slow_ops, .asset = &asset, .path = "/o" },
                                   { .ops = &mapped_ops, .asset = &asset, .path = "/o" } };
static const struct object *const slow = &objects[0];
static const struct object *const mapped = &objects[1];
static const struct catalogue catalogue = { .objects = objects, .count = 2 };
static const struct config_server server = { .transmit = TRANSMIT_SEND,
                                             .max_senders = 1,
                                             .max_pieces = 8,
                                             .read_threads = 1,
                                             .sndbuf = 32768 };
static struct shared shared = { .catalogue = &catalogue };
static struct inherit inherit = { .shared = &shared };
static struct trace off;
static struct rows no_rows;
static struct worker worker;
static struct connection connection;
static struct connection other;
static int client;

/* A connection that is to send HEAD staged bytes and the first `length` of the object. */
static void
begin(struct connection *sending, const struct object *object, uint64_t length)
{
    stage_append(&worker.stage, "head\n", HEAD);
    sending->object = object;
    sending->position = 0;
    sending->end = length;
    worker.sender.budget = LENGTH;
}

static int
set_up(void **state)
{
    int ends[2];

    (void)state;
    outcome_of_read = 0;
    for (size_t i = 0; i < LENGTH; i++)
        bytes[i] = (char)(i * 7 % 251);
    if (slots_create(&shared.slots, 1, 1) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return -1;
    client = ends[1];
    worker = (struct worker){ .inherit = &inherit,
                              .shared = &shared,
                              .server = &server,
                              .slot = slots_worker(&shared.slots, 0),
                              .activities = { .trace = &off, .rows = &no_rows } };
    connection = (struct connection){ .watch.fd = ends[0] };
    other = (struct connection){ .watch.fd = ends[0] };
    turns_start(&worker);
    admission_start(&worker);
    return sender_open(&worker);
}

static int
tear_down(void **state)
{
    (void)state;
    close(connection.watch.fd);
    if (client >= 0)
        close(client);
    sender_release(&worker);
    slots_destroy(&shared.slots);
    return 0;
}

/* Reads what has come, which must be bytes of head and body from here on. */
static size_t
drain(size_t from)
{
    char buffer[65536];
    ssize_t n;

    while ((n = recv(client, buffer, sizeof(buffer), 0)) > 0)
        for (ssize_t i = 0; i < n; i++, from++)
            assert_int_equal(buffer[i], from < HEAD ? "head\n"[from] : bytes[from - HEAD]);
    return from;
}

static enum outcome
push(struct connection *sending)
{
    const enum outcome outcome = sender_push(&worker, sending);

    assert_int_equal(stage_length(&worker.stage), 0);
    return outcome;
}

static void
what_fits_has_left(void **state)
{
    (void)state;
    begin(&connection, mapped, 100);
    assert_int_equal(push(&connection), OUTCOME_SENT);
    assert_null(connection.object);
    assert_int_equal(drain(0), HEAD + 100);
    assert_int_equal(worker.slot->served.bytes, HEAD + 100);
    assert_int_equal(slots_object(&shared.slots, 0, 0)->bytes, 100);
}

/* What the socket did not take comes later, from where it ended. */
static void
a_full_socket_blocks(void **state)
{
    enum outcome outcome;
    size_t got = 0;

    (void)state;
    begin(&connection, mapped, LENGTH);
    while ((outcome = push(&connection)) == OUTCOME_BLOCKED) {
        got = drain(got);
        worker.sender.budget = LENGTH;
    }
    assert_true(got > 0);
    assert_int_equal(outcome, OUTCOME_SENT);
    assert_int_equal(drain(got), HEAD + LENGTH);
}

static void
staged_bytes_outlive_a_full_socket(void **state)
{
    char junk[4096] = { 0 };

    (void)state;
    while (send(connection.watch.fd, junk, sizeof(junk), 0) > 0)
        ;
    begin(&connection, mapped, 100);
    assert_int_equal(push(&connection), OUTCOME_BLOCKED);
    assert_non_null(connection.outbox);
    while (recv(client, junk, sizeof(junk), 0) > 0)
        ;
    assert_int_equal(push(&connection), OUTCOME_SENT);
    assert_null(connection.outbox);
    assert_int_equal(drain(0), HEAD + 100);
}

static void
a_turn_ends_with_its_budget(void **state)
{
    (void)state;
    begin(&connection, mapped, 1000);
    worker.sender.budget = 600;
    assert_int_equal(push(&connection), OUTCOME_YIELDED);
    assert_int_equal(worker.sender.budget, 0);
    worker.sender.budget = 600;
    assert_int_equal(push(&connection), OUTCOME_SENT);
    assert_int_equal(drain(0), HEAD + 1000);
}

/* One may send; the other has a turn when the first has ended. */
static void
others_send_first(void **state)
{
    (void)state;
    begin(&connection, mapped, LENGTH);
    assert_int_equal(push(&connection), OUTCOME_BLOCKED);
    begin(&other, mapped, LENGTH);
    assert_int_equal(push(&other), OUTCOME_QUEUED);
    assert_int_equal(worker.turns.count, 0);
    admission_leave(&worker, &connection);
    assert_ptr_equal(TAILQ_FIRST(&worker.turns.queue), &other);
    turns_remove(&worker, &other);
    admission_leave(&worker, &other);
    free(other.outbox);
}

static void
a_client_that_is_gone_breaks_it(void **state)
{
    (void)state;
    close(client);
    client = -1;
    begin(&connection, mapped, 100);
    assert_int_equal(push(&connection), OUTCOME_BROKEN);
}

static struct connection *
wait_for_reader(void)
{
    struct pollfd fd = { .fd = reader_fd(worker.sender.reader), .events = POLLIN };
    struct connection *loaded;

    while ((loaded = sender_loaded(&worker)) == NULL)
        assert_int_equal(poll(&fd, 1, 10000), 1);
    return loaded;
}

/* The head leaves at once. */
static void
a_piece_is_read_by_a_thread(void **state)
{
    (void)state;
    begin(&connection, slow, 1000);
    assert_int_equal(push(&connection), OUTCOME_READING);
    assert_int_equal(drain(0), HEAD);
    assert_ptr_equal(wait_for_reader(), &connection);
    assert_int_equal(push(&connection), OUTCOME_SENT);
    assert_int_equal(drain(HEAD), HEAD + 1000);
}

static void
a_piece_that_cannot_be_read_breaks_it(void **state)
{
    (void)state;
    worker.exchange.stale = &(bool){ false };
    outcome_of_read = -ESTALE;
    begin(&connection, slow, 1000);
    assert_int_equal(push(&connection), OUTCOME_READING);
    assert_ptr_equal(wait_for_reader(), &connection);
    assert_int_equal(push(&connection), OUTCOME_BROKEN);
    assert_true(worker.exchange.stale[0]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_fits_has_left),
        CASE(a_full_socket_blocks),
        CASE(staged_bytes_outlive_a_full_socket),
        CASE(a_turn_ends_with_its_budget),
        CASE(others_send_first),
        CASE(a_client_that_is_gone_breaks_it),
        CASE(a_piece_is_read_by_a_thread),
        CASE(a_piece_that_cannot_be_read_breaks_it),
    };

    return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}
