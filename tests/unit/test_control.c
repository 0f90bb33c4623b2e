/* SPDX-License-Identifier: BSD-2-Clause */
/* Control: messages and descriptors go one way, and the end of the master is told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/control.h"

static int master;
static int process;

static int
set_up(void **state)
{
    (void)state;
    return control_open(&master, &process);
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
    const struct control_message sent = {
        .kind = CONTROL_WORKER, .generation = 2, .worker = 3, .pid = 4
    };
    struct control_message got;
    int pipe_ends[2];
    int descriptor;
    char byte;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(control_send(master, &sent, pipe_ends[1]), 0);
    assert_int_equal(control_receive(process, &got, &descriptor), 1);
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
    const struct control_message sent = { .kind = CONTROL_BEGIN };
    struct control_message got;
    int descriptor;

    (void)state;
    assert_int_equal(control_receive(process, &got, &descriptor), 0);
    assert_int_equal(control_send(master, &sent, -1), 0);
    assert_int_equal(control_receive(process, &got, &descriptor), 1);
    assert_int_equal(descriptor, -1);
}

static void
one_is_waited_for(void **state)
{
    const struct control_message other = { .kind = CONTROL_LOG };
    const struct control_message wanted = { .kind = CONTROL_BEGIN };

    (void)state;
    assert_int_equal(control_send(master, &other, STDERR_FILENO), 0);
    assert_int_equal(control_send(master, &wanted, -1), 0);
    assert_int_equal(control_wait(process, CONTROL_BEGIN), 0);
    close_master();
    assert_int_equal(control_wait(process, CONTROL_BEGIN), -EPIPE);
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
    const struct control_message message = { .kind = CONTROL_LOG };
    int error = 0;

    (void)state;
    for (int i = 0; i < 100000 && error == 0; i++)
        error = control_send(master, &message, -1);
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
