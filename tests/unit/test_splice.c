/* SPDX-License-Identifier: BSD-2-Clause */
/* Splice: pages arrive as they are, and nothing stays behind in the pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "worker/splice.h"

#define SIZE ((size_t)3 * 1024 * 1024 + 17)

struct path {
    struct splice_pipe pipe;
    int fd;
    int client;
    char *bytes;
};

/* Bytes that are wrong wherever a page is sent twice, left out, or out of order. */
static char *
make_bytes(void)
{
    uint32_t *words = malloc(SIZE + sizeof(*words));

    assert_non_null(words);
    for (size_t i = 0; i <= SIZE / sizeof(*words); i++)
        words[i] = (uint32_t)(i * 2654435761u);
    return (char *)words;
}

static int
open_path(void **state)
{
    static struct path path;
    const int buffer = 65536; /* so that the socket fills */

    path.fd = loopback_connect(&path.client);
    assert_int_equal(setsockopt(path.fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer)), 0);
    assert_int_equal(setsockopt(path.client, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)),
                     0);
    assert_int_equal(fcntl(path.fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(splice_open(&path.pipe), 0);
    path.bytes = make_bytes();
    *state = &path;
    return 0;
}

static int
close_path(void **state)
{
    struct path *path = *state;

    splice_close(&path->pipe);
    close(path->fd);
    close(path->client);
    free(path->bytes);
    return 0;
}

static int
left_in_pipe(const struct path *path)
{
    int left = -1;

    assert_int_equal(ioctl(path->pipe.out, FIONREAD, &left), 0);
    return left;
}

static void
receive(struct path *path, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = recv(path->client, bytes, size, 0);

        assert_true(n > 0);
        bytes += n;
        size -= (size_t)n;
    }
}

/* Sends until the socket takes no more. */
static size_t
fill_socket(struct path *path, size_t position)
{
    const size_t begun = position;

    while (position < SIZE) {
        const size_t left = SIZE - position;
        const size_t wanted = left < SPLICE_PIECE ? left : SPLICE_PIECE;
        ssize_t n = splice_send(&path->pipe, path->fd, path->bytes + position, wanted);

        assert_true(n >= 0);
        assert_int_equal(left_in_pipe(path), 0);
        position += (size_t)n;
        if ((size_t)n < wanted)
            break;
    }
    return position - begun;
}

static void
all_bytes_arrive_in_order(void **state)
{
    struct path *path = *state;
    char *received = malloc(SIZE);
    size_t position = 0;

    assert_non_null(received);
    while (position < SIZE) {
        size_t sent = fill_socket(path, position);

        receive(path, received + position, sent);
        position += sent;
        if (sent == 0)
            poll(&(struct pollfd){ .fd = path->fd, .events = POLLOUT }, 1, -1);
    }
    assert_memory_equal(received, path->bytes, SIZE);
    free(received);
}

static void
a_full_socket_takes_nothing_and_the_pipe_is_empty(void **state)
{
    struct path *path = *state;

    assert_true(fill_socket(path, 0) < SIZE);
    assert_int_equal(splice_send(&path->pipe, path->fd, path->bytes, SPLICE_PIECE), 0);
    assert_int_equal(left_in_pipe(path), 0);
}

static void
a_client_that_is_gone_is_an_error(void **state)
{
    struct path *path = *state;
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    ssize_t n;

    signal(SIGPIPE, SIG_IGN);
    setsockopt(path->client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(path->client);
    path->client = -1;
    n = splice_send(&path->pipe, path->fd, path->bytes, 1000);
    assert_int_equal(n, -1);
    assert_true(errno == ECONNRESET || errno == EPIPE);
    assert_int_equal(left_in_pipe(path), 0);
}

static void
memory_that_is_not_there_is_an_error(void **state)
{
    struct path *path = *state;

    assert_int_equal(splice_send(&path->pipe, path->fd, NULL, 1000), -1);
    assert_int_equal(errno, EFAULT);
    assert_int_equal(left_in_pipe(path), 0);
}

static void
without_a_pipe_there_is_no_capacity(void **state)
{
    struct splice_pipe pipe = SPLICE_NONE;

    (void)state;
    assert_int_equal(splice_capacity(&pipe), 0);
    splice_close(&pipe);
    assert_int_equal(splice_open(&pipe), 0);
    assert_true(splice_capacity(&pipe) > SPLICE_PIECE);
    splice_close(&pipe);
    assert_int_equal(splice_capacity(&pipe), 0);
}

/* As where a user has used up its share of pipes: nothing is left open. */
static void
without_descriptors_there_is_no_pipe(void **state)
{
    struct splice_pipe pipe;
    struct rlimit before;
    struct rlimit none;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(splice_open(&pipe), -EMFILE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(splice_capacity(&pipe), 0);
    assert_int_equal(pipe.out, -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_bytes_arrive_in_order, open_path, close_path),
        cmocka_unit_test_setup_teardown(a_full_socket_takes_nothing_and_the_pipe_is_empty,
                                        open_path, close_path),
        cmocka_unit_test_setup_teardown(a_client_that_is_gone_is_an_error, open_path,
                                        close_path),
        cmocka_unit_test_setup_teardown(memory_that_is_not_there_is_an_error, open_path,
                                        close_path),
        cmocka_unit_test(without_a_pipe_there_is_no_capacity),
        cmocka_unit_test(without_descriptors_there_is_no_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
