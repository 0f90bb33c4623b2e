/* SPDX-License-Identifier: BSD-2-Clause */
/* Sink: nobody is waited for, lines stay whole, and files are what they seem. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/outlet.h"
#include "base/sink.h"
#include "scratch.h"

#define LINE "a line of some length\n"

static char path[512];

static int
set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s", scratch_path("log"));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(sink_open(NULL), 0);
    scratch_clear();
    return 0;
}

/* Writes until nothing more is taken; returns how many lines there were. */
static unsigned
fill(void)
{
    unsigned count = 0;

    while (sink_write(LINE, strlen(LINE)))
        assert_true(++count < 1000000);
    assert_int_equal(errno, EAGAIN);
    return count;
}

/* Takes all that is there; returns how many lines that was. Each of them must be whole. */
static unsigned
drain(int fd)
{
    char text[sizeof(LINE)];
    unsigned count = 0;
    ssize_t n;

    while ((n = read(fd, text, strlen(LINE))) > 0) {
        text[n] = '\0';
        assert_string_equal(text, LINE);
        count++;
    }
    return count;
}

static void
a_pipe_that_nobody_reads_loses_lines(void **state)
{
    unsigned count;
    int reader;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(sink_open(path), 0);
    count = fill();
    assert_int_equal(drain(reader), count);
    assert_true(sink_write(LINE, strlen(LINE)));
    assert_int_equal(drain(reader), 1);
    close(reader);
    assert_false(sink_write(LINE, strlen(LINE)));
    assert_int_equal(errno, EPIPE);
}

/* Standard error for as long as a test takes. */
static int
replace_standard(int fd)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD, 100);

    assert_true(saved >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(sink_reopen(), 0);
    return saved;
}

static void
restore_standard(int saved)
{
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(sink_reopen(), 0);
    close(saved);
}

static void
standard_error_keeps_its_flags(void **state)
{
    int ends[2];
    int saved;
    unsigned count;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    saved = replace_standard(ends[1]);
    count = fill();
    assert_false(sink_write_standard(LINE, strlen(LINE)));
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(drain(ends[0]), count);
    restore_standard(saved);
    close(ends[0]);
    close(ends[1]);
}

static void
a_socket_that_nobody_reads_loses_lines(void **state)
{
    int ends[2];
    int saved;
    unsigned count;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    saved = replace_standard(ends[1]);
    count = fill();
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(drain(ends[0]), count);
    restore_standard(saved);
    close(ends[0]);
    close(ends[1]);
}

static void
limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A limit is as good as a full disk: the line that reaches it is written in part. */
static void
a_full_disk_joins_no_lines(void **state)
{
    const char expected[] = LINE "a lin\n" LINE LINE;
    char text[200];
    FILE *in;
    size_t length;

    (void)state;
    assert_int_equal(sink_open(path), 0);
    assert_true(sink_write(LINE, strlen(LINE)));
    limit_files(strlen(LINE) + 5);
    assert_false(sink_write(LINE, strlen(LINE)));
    assert_false(sink_write(LINE, strlen(LINE)));
    limit_files(RLIM_INFINITY);
    assert_true(sink_write(LINE, strlen(LINE)));
    assert_true(sink_write(LINE, strlen(LINE)));
    assert_non_null(in = fopen(path, "r"));
    length = fread(text, 1, sizeof(text) - 1, in);
    text[length] = '\0';
    assert_string_equal(text, expected);
    fclose(in);
}

static void
links_are_not_followed(void **state)
{
    char other[sizeof(path)];

    (void)state;
    snprintf(other, sizeof(other), "%s", scratch_write("other", "secret\n", 7));
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(sink_open(path), -ELOOP);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(link(other, path), 0);
    assert_int_equal(sink_open(path), -EMLINK);
    assert_string_equal(outlet_problem(-ELOOP), "is a symbolic link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(sink_open(path), -ELOOP);
    assert_int_equal(sink_open(NULL), 0);
}

static void
root_writes_to_files_of_root_and_of_the_trusted_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    scratch_write("log", "", 0);
    assert_int_equal(chown(path, 12345, 0), 0);
    assert_int_equal(sink_open(path), -EPERM);
    sink_trust(12345);
    assert_int_equal(sink_open(path), 0);
    sink_trust((uid_t)-1);
    assert_int_equal(sink_reopen(), -EPERM);
    assert_true(sink_write(LINE, strlen(LINE))); /* where it was */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_pipe_that_nobody_reads_loses_lines),
        TEST(standard_error_keeps_its_flags),
        TEST(a_socket_that_nobody_reads_loses_lines),
        TEST(a_full_disk_joins_no_lines),
        TEST(links_are_not_followed),
        TEST(root_writes_to_files_of_root_and_of_the_trusted_user),
    };

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
