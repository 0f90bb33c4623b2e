/* SPDX-License-Identifier: BSD-2-Clause */
/* Channel: messages and descriptors go one way, and the end of the master is told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/channel.h"

static int master;
static int process;

static int
set_up(void **state)
{
    (void)state;
    return channel_open(&master, &process);
}

static int
tear_down(void **state)
{
    (void)state;
    if (master >= 0)
        close(master);
    return close(process);
}

static void
close_master(void)
{
    close(master);
    master = -1;
}

static void
a_message_and_a_descriptor(void **state)
{
    const struct channel_message sent = {
        .kind = CHANNEL_WORKER, .generation = 2, .worker = 3, .pid = 4
    };
    struct channel_message got;
    int pipe_ends[2];
    int descriptor;
    char byte;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(channel_send(master, &sent, pipe_ends[1]), 0);
    assert_int_equal(channel_receive(process, &got, &descriptor), 1);
    assert_memory_equal(&got, &sent, sizeof(got));
    assert_int_equal(write(descriptor, "x", 1), 1);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    close(descriptor);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void
without_a_descriptor(void **state)
{
    const struct channel_message sent = { .kind = CHANNEL_BEGIN };
    struct channel_message got;
    int descriptor;

    (void)state;
    assert_int_equal(channel_receive(process, &got, &descriptor), 0);
    assert_int_equal(channel_send(master, &sent, -1), 0);
    assert_int_equal(channel_receive(process, &got, &descriptor), 1);
    assert_int_equal(descriptor, -1);
}

static void
one_is_waited_for(void **state)
{
    const struct channel_message other = { .kind = CHANNEL_LOG };
    const struct channel_message wanted = { .kind = CHANNEL_BEGIN };

    (void)state;
    assert_int_equal(channel_send(master, &other, STDERR_FILENO), 0);
    assert_int_equal(channel_send(master, &wanted, -1), 0);
    assert_int_equal(channel_wait(process, CHANNEL_BEGIN), 0);
    close_master();
    assert_int_equal(channel_wait(process, CHANNEL_BEGIN), -EPIPE);
}

static void
the_master_is_told_nothing(void **state)
{
    (void)state;
    assert_int_equal(send(process, "x", 1, MSG_NOSIGNAL), -1);
    assert_int_equal(errno, EPIPE);
}

static void
who_does_not_read_blocks_nobody(void **state)
{
    const struct channel_message message = { .kind = CHANNEL_LOG };
    int error = 0;

    (void)state;
    for (int i = 0; i < 100000 && error == 0; i++)
        error = channel_send(master, &message, -1);
    assert_int_equal(error, -EAGAIN);
}

#define CONTROL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CONTROL_TEST(a_message_and_a_descriptor),
        CONTROL_TEST(without_a_descriptor),
        CONTROL_TEST(one_is_waited_for),
        CONTROL_TEST(the_master_is_told_nothing),
        CONTROL_TEST(who_does_not_read_blocks_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
