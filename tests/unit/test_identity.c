/* SPDX-License-Identifier: BSD-2-Clause */
/* Identity: users by name, who may change to them, and what a process is afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/identity.h"

#define NOBODY 65534

static bool
stays(const struct identity *identity)
{
    return identity->user == (uid_t)-1 && identity->group == (gid_t)-1;
}

static void
no_user_stays(void **state)
{
    struct identity identity = { 0, 0 };

    (void)state;
    assert_int_equal(identity_find("user", NULL, NULL, &identity), 0);
    assert_true(stays(&identity));
    assert_int_equal(identity_become(&identity), 0);
}

static void
names_are_looked_up(void **state)
{
    struct identity identity;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(identity_find("user", "nobody", NULL, &identity), 0);
    assert_int_equal(identity.user, NOBODY);
    assert_int_equal(identity.group, NOBODY);
    assert_int_equal(identity_find("user", "nobody", "root", &identity), 0);
    assert_int_equal(identity.user, NOBODY);
    assert_int_equal(identity.group, 0);
}

static void
unknown_names_are_errors(void **state)
{
    struct identity identity;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(identity_find("user", "no-such-user", NULL, &identity), -1);
    assert_true(stays(&identity));
    assert_int_equal(identity_find("user", "nobody", "no-such-group", &identity), -1);
    assert_true(stays(&identity));
}

/* In a child, whose status is 0 if all is as it should be. */
static void
change_and_look(void)
{
    struct identity identity = { NOBODY, NOBODY };
    gid_t groups[2];

    if (identity_become(&identity) < 0)
        _exit(1);
    if (getuid() != NOBODY || geteuid() != NOBODY || getgid() != NOBODY)
        _exit(2);
    if (getgroups(2, groups) != 1 || groups[0] != NOBODY)
        _exit(3);
    if (prctl(PR_GET_DUMPABLE) != 1)
        _exit(4);
    if (identity_become(&(struct identity){ 0, 0 }) >= 0)
        _exit(5);
    if (identity_find("user", "root", NULL, &identity) != 0 || !stays(&identity))
        _exit(6);
    _exit(0);
}

static void
who_has_changed_cannot_go_back(void **state)
{
    pid_t pid;
    int status;

    (void)state;
    if (geteuid() != 0)
        skip();
    if ((pid = fork()) == 0)
        change_and_look();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_user_stays),
        cmocka_unit_test(names_are_looked_up),
        cmocka_unit_test(unknown_names_are_errors),
        cmocka_unit_test(who_has_changed_cannot_go_back),
    };

    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
