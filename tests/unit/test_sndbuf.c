/* SPDX-License-Identifier: BSD-2-Clause */
/* Flight: a short path's buffer is bounded, and only that. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "worker/sndbuf.h"

enum { SIZE = 65536, MANY = 30 };

static int
buffer_of(int fd)
{
    int size = 0;
    socklen_t length = sizeof(size);

    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    return size;
}

/* Connects until the kernel has measured a short round trip: on a busy machine another process
 * may have had its turn meanwhile. */
static int
connect_quickly(int *client)
{
    for (;;) {
        struct tcp_info info;
        socklen_t length = sizeof(info);
        int fd = loopback_connect(client);

        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
        if (info.tcpi_min_rtt <= SNDBUF_SHORT)
            return fd;
        close(fd);
        close(*client);
    }
}

static void
loopback_is_a_short_path(void **state)
{
    struct sndbuf sndbuf = { 0 };
    int client;
    int fd = connect_quickly(&client);

    (void)state;
    sndbuf_fit(&sndbuf, fd, SIZE, 1);
    assert_int_equal(buffer_of(fd), 2 * SIZE);
    sndbuf_fit(&sndbuf, fd, SIZE, SNDBUF_TIMES);
    assert_int_equal(buffer_of(fd), 2 * SNDBUF_TIMES * SIZE);
    sndbuf_fit(&sndbuf, fd, SIZE, 1);
    assert_int_equal(buffer_of(fd), 2 * SIZE);
    assert_true(sndbuf.loopback);
    close(fd);
    close(client);
}

static void
zero_leaves_it_to_the_kernel(void **state)
{
    struct sndbuf sndbuf = { 0 };
    int client;
    int fd = loopback_connect(&client);
    int before = buffer_of(fd);

    (void)state;
    sndbuf_fit(&sndbuf, fd, 0, SNDBUF_TIMES);
    sndbuf_fit(&sndbuf, fd, 0, 1);
    assert_int_equal(buffer_of(fd), before);
    close(fd);
    close(client);
}

/* The kernel's own choice is kept until the buffer has a quarter of the bound. */
static void
autotuning_has_a_bound(void **state)
{
    struct sndbuf sndbuf = { 0 };
    int client;
    int fd = loopback_connect(&client);
    const int before = buffer_of(fd);

    (void)state;
    sndbuf_bound(&sndbuf, fd, 0, 1 << 30);
    sndbuf_bound(&sndbuf, fd, 4 * SIZE, SIZE - 1);
    assert_int_equal(buffer_of(fd), before);
    sndbuf_bound(&sndbuf, fd, 4 * SIZE, SIZE);
    assert_int_equal(buffer_of(fd), 4 * SIZE);
    close(fd);
    close(client);
}

static void
a_buffer_of_ours_has_its_own(void **state)
{
    struct sndbuf sndbuf = { 0 };
    int client;
    int fd = connect_quickly(&client);

    (void)state;
    sndbuf_fit(&sndbuf, fd, SIZE, SNDBUF_TIMES);
    sndbuf_bound(&sndbuf, fd, SIZE, 1 << 30);
    assert_int_equal(buffer_of(fd), 2 * SNDBUF_TIMES * SIZE);
    close(fd);
    close(client);
}

static void
a_unix_socket_stays_as_it_is(void **state)
{
    struct sndbuf sndbuf = { 0 };
    int fds[2];
    int before;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    before = buffer_of(fds[0]);
    sndbuf_fit(&sndbuf, fds[0], SIZE, SNDBUF_TIMES);
    sndbuf_fit(&sndbuf, fds[0], SIZE, 1);
    assert_false(sndbuf.loopback);
    assert_int_equal(buffer_of(fds[0]), before);
    close(fds[0]);
    close(fds[1]);
}

static void
few_have_more(void **state)
{
    (void)state;
    assert_int_equal(sndbuf_times(0, false), SNDBUF_TIMES);
    assert_int_equal(sndbuf_times(1, false), SNDBUF_TIMES);
    assert_int_equal(sndbuf_times(MANY, false), 1);
    assert_int_equal(sndbuf_times(1, true), SNDBUF_TIMES);
    assert_int_equal(sndbuf_times(MANY, true), 2);
    for (unsigned senders = 1; senders < MANY; senders++)
        assert_true(sndbuf_times(senders + 1, false) <= sndbuf_times(senders, false));
}

static void
a_chunk_fills_the_buffer(void **state)
{
    (void)state;
    assert_int_equal(sndbuf_chunk(SIZE), 2 * SIZE);
    assert_int_equal(sndbuf_chunk(0), 65536);
    assert_int_equal(sndbuf_chunk(UINT64_C(16) << 20), 1048576);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_a_short_path),
        cmocka_unit_test(zero_leaves_it_to_the_kernel),
        cmocka_unit_test(autotuning_has_a_bound),
        cmocka_unit_test(a_buffer_of_ours_has_its_own),
        cmocka_unit_test(a_unix_socket_stays_as_it_is),
        cmocka_unit_test(few_have_more),
        cmocka_unit_test(a_chunk_fills_the_buffer),
    };

    return cmocka_run_group_tests_name("sndbuf", tests, NULL, NULL);
}
