/* SPDX-License-Identifier: BSD-2-Clause */
/* Errand: a child that holds nothing of its parent's, can still log, and does not stay. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/errand.h"
#include "base/log.h"
#include "scratch.h"

static int
status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void
what_the_parent_closes_is_closed(void **state)
{
    int fds[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    if ((pid = errand_fork(60)) == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    close(fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 0);
    close(fds[0]);
    kill(pid, SIGKILL);
    assert_true(WIFSIGNALED(status_of(pid)));
}

static void
it_can_log_and_ends_well(void **state)
{
    char line[256] = "";
    char path[512];
    FILE *log;
    pid_t pid;

    (void)state;
    snprintf(path, sizeof(path), "%s", scratch_path("log"));
    assert_int_equal(log_open(path), 0);
    if ((pid = errand_fork(60)) == 0) {
        log_error("from the child");
        errand_end();
    }
    assert_int_equal(status_of(pid), 0);
    assert_int_equal(log_open(NULL), 0);
    log = fopen(path, "r");
    assert_non_null(log);
    assert_non_null(fgets(line, sizeof(line), log));
    assert_non_null(strstr(line, "from the child"));
    fclose(log);
}

static void
it_ends_when_its_time_is_up(void **state)
{
    pid_t pid;
    int status;

    (void)state;
    if ((pid = errand_fork(1)) == 0)
        for (;;)
            pause();
    status = status_of(pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGALRM);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_parent_closes_is_closed),
        cmocka_unit_test(it_can_log_and_ends_well),
        cmocka_unit_test(it_ends_when_its_time_is_up),
    };

    return cmocka_run_group_tests_name("errand", tests, NULL, NULL);
}
