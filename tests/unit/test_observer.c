/* SPDX-License-Identifier: BSD-2-Clause */
/* Observer: the process: clients one at a time and many, and everything that ends it or them.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/signals.h"
#include "observed.h"
#include "observer/observer.h"
#include "pages/pages.h"
#include "profile/sampler.h"

#define GET(path) "GET " path " HTTP/1.0\r\n\r\n"
#define WINDOW    GET("/pprof/profile?seconds=3600")

static const struct confinement open_air = { .mode = SANDBOX_MODE_OFF,
                                             .identity.user = (uid_t)-1 };
static const struct confine_paths paths;
static struct observed observed;
static struct sockaddr_in address;
static int listen_fd;
static int master_pipe[2];
static pid_t observer;

static void
outlive(void *argument)
{
    (void)argument;
}

static int
set_up(void **state)
{
    socklen_t length = sizeof(address);

    (void)state;
    observed_create(&observed, 1);
    tables_cpu(&observed.tables, 0)->hz = 100;
    address = (struct sockaddr_in){ .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (pipe(master_pipe) < 0 || bind(listen_fd, (struct sockaddr *)&address, length) < 0 ||
        listen(listen_fd, 64) < 0 ||
        getsockname(listen_fd, (struct sockaddr *)&address, &length) < 0)
        return -1;
    if ((observer = fork()) == 0) {
        const struct observer_inherit inherit = { .view = &observed.view,
                                                  .find = pages_find,
                                                  .listen_fds = &listen_fd,
                                                  .listen_count = 1,
                                                  .master_pipe = master_pipe[0],
                                                  .channel = -1,
                                                  .master_gone = outlive,
                                                  .confinement = &open_air,
                                                  .paths = &paths };

        close(master_pipe[1]);
        if (signals_open() < 0)
            _exit(9);
        _exit(observer_run(&inherit));
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    close(listen_fd);
    close(master_pipe[0]);
    observed_destroy(&observed);
    return 0;
}

static int
dial(const char *request)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
    return fd;
}

/* The status of the reply; 0: the connection ended without one. */
static int
status_of(int fd)
{
    char text[8192];
    size_t length = 0;
    ssize_t got;

    while ((got = recv(fd, text + length, sizeof(text) - 1 - length, 0)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    close(fd);
    return length > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}

static void
wait_until_wanted(uint32_t count)
{
    uint64_t end = clock_now() + 10000;

    while (__atomic_load_n(&tables_cpu(&observed.tables, 0)->wanted, __ATOMIC_SEQ_CST) != count)
        if (clock_now() > end)
            fail_msg("not %u who ask for samples", (unsigned)count);
        else
            usleep(1000);
}

static void
end_observer(int signal, int expected)
{
    int status;

    if (signal)
        kill(observer, signal);
    assert_int_equal(waitpid(observer, &status, 0), observer);
    assert_int_equal(status, expected);
}

/* The only child of the observer. */
static pid_t
client_process(void)
{
    char path[64];
    char line[64] = "";
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)observer, (int)observer);
    in = fopen(path, "re");
    assert_non_null(in);
    assert_non_null(fgets(line, sizeof(line), in));
    fclose(in);
    return (pid_t)strtol(line, NULL, 10);
}

static void
is_served(void)
{
    assert_int_equal(status_of(dial(GET("/pprof/cmdline"))), 200);
}

static void
clients_come_and_go(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        is_served();
    close(master_pipe[1]);
    end_observer(SIGTERM, 0);
}

static int
status_of_profile(void)
{
    return status_of(dial(GET("/pprof/block")));
}

/* Two are served; whoever comes next is turned away, and served when one has left. What takes
 * no time is served in any case. */
static void
limit_of_clients(void **state)
{
    int first = dial(WINDOW);
    int second = dial(WINDOW);

    (void)state;
    wait_until_wanted(2);
    assert_int_equal(status_of_profile(), 503);
    is_served();
    close(first);
    wait_until_wanted(1);
    while (status_of_profile() != 200)
        usleep(1000);
    close(second);
    close(master_pipe[1]);
    end_observer(SIGINT, 0);
}

/* Those that were there first are ended for it; a client with a seat is not. */
static void
silent_clients(void **state)
{
    int window = dial(GET("/pprof/profile?seconds=1"));
    int silent[60];

    (void)state;
    wait_until_wanted(1);
    for (unsigned i = 0; i < 60; i++)
        silent[i] = dial(i % 2 ? "" : "GET / HTTP/1.1\r\nHo");
    is_served();
    assert_int_equal(status_of(silent[0]), 0);
    assert_int_equal(status_of(window), 200);
    for (unsigned i = 1; i < 60; i++)
        close(silent[i]);
    close(master_pipe[1]);
    end_observer(SIGTERM, 0);
}

/* What a process wanted that was killed is taken back by the observer. */
static void
killed_client(void **state)
{
    int fd = dial(WINDOW);

    (void)state;
    wait_until_wanted(1);
    kill(client_process(), SIGKILL);
    wait_until_wanted(0);
    assert_int_equal(status_of(fd), 0);
    close(master_pipe[1]);
    end_observer(SIGTERM, 0);
}

/* When the observer is killed, its clients put things in order themselves. */
static void
killed_observer(void **state)
{
    int fd = dial(WINDOW);

    (void)state;
    wait_until_wanted(1);
    end_observer(SIGKILL, SIGKILL);
    wait_until_wanted(0);
    assert_int_equal(status_of(fd), 0);
    close(master_pipe[1]);
}

static void
ends_with_its_clients(void **state)
{
    int fd = dial(WINDOW);

    (void)state;
    wait_until_wanted(1);
    end_observer(SIGTERM, 0);
    wait_until_wanted(0);
    close(fd);
    close(master_pipe[1]);
}

static void
master_is_gone(void **state)
{
    (void)state;
    close(master_pipe[1]);
    end_observer(0, 0);
}

/* A window that has begun is finished; nobody else is accepted. */
static void
drains(void **state)
{
    int fd = dial(GET("/pprof/profile?seconds=1"));

    (void)state;
    wait_until_wanted(1);
    kill(observer, SIGQUIT);
    assert_int_equal(status_of(fd), 200);
    end_observer(0, 0);
    close(master_pipe[1]);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(clients_come_and_go), CASE(limit_of_clients), CASE(silent_clients),
        CASE(killed_client),       CASE(killed_observer),  CASE(ends_with_its_clients),
        CASE(master_is_gone),      CASE(drains),
    };

    return cmocka_run_group_tests_name("observer", tests, NULL, NULL);
}
