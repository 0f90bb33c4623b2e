/* SPDX-License-Identifier: BSD-2-Clause */
/* Child: it holds nothing of its parent's, can still log, and does not stay; its owner is told.
 */
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

#include "base/child.h"
#include "base/log.h"
#include "base/sink.h"
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
    if ((pid = child_fork_apart(NULL, NULL)) == 0)
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
    assert_int_equal(sink_open(path), 0);
    if ((pid = child_fork_apart(NULL, NULL)) == 0) {
        log_error("from the child");
        child_finish();
    }
    assert_int_equal(status_of(pid), 0);
    assert_int_equal(sink_open(NULL), 0);
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
    signal(SIGALRM, SIG_IGN);
    if ((pid = child_fork_apart(NULL, NULL)) == 0) {
        assert_true(alarm(1) > CHILD_SECONDS - 10);
        for (;;)
            pause();
    }
    status = status_of(pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGALRM);
}

/* --- owners ------------------------------------------------------------------------------- */

struct owner {
    struct child children[3];
    unsigned ended;
    int status;
};

static void
note_end(struct child *child, pid_t pid, const struct child_end *end)
{
    struct owner *owner = child->owner;

    assert_true(pid > 0);
    assert_int_equal(child->pid, 0);
    owner->ended++;
    owner->status = end->status;
}

static pid_t
begin(struct owner *owner, unsigned i)
{
    pid_t pid;

    owner->children[i].owner = owner;
    if ((pid = child_fork(&owner->children[i], note_end)) == 0) {
        child_reap(); /* of which the parent's are none */
        pause();
        _exit(3);
    }
    return pid;
}

static void
reap_one(pid_t pid)
{
    siginfo_t info;

    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    child_reap();
}

static void
the_owner_is_told(void **state)
{
    struct owner owner = { 0 };
    const pid_t first = begin(&owner, 0);
    const pid_t second = begin(&owner, 1);

    (void)state;
    child_reap();
    assert_int_equal(owner.ended, 0);
    reap_one(first);
    assert_int_equal(owner.ended, 1);
    assert_true(WIFSIGNALED(owner.status));
    assert_int_equal(owner.children[1].pid, second);
    reap_one(begin(&owner, 0)); /* the struct is free for another */
    assert_int_equal(owner.ended, 2);
    reap_one(second);
    assert_int_equal(owner.ended, 3);
}

static void
of_one_that_was_left_nobody_hears(void **state)
{
    struct owner owner = { 0 };
    const pid_t pid = begin(&owner, 2);

    (void)state;
    child_leave(&owner.children[2]);
    child_leave(&owner.children[1]);
    assert_int_equal(owner.children[2].pid, 0);
    reap_one(pid);
    assert_int_equal(owner.ended, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_parent_closes_is_closed),
        cmocka_unit_test(it_can_log_and_ends_well),
        cmocka_unit_test(it_ends_when_its_time_is_up),
        cmocka_unit_test(the_owner_is_told),
        cmocka_unit_test(of_one_that_was_left_nobody_hears),
    };

    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
