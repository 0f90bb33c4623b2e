/* SPDX-License-Identifier: BSD-2-Clause */
/* Roster: the first process in a slot is no restart; the master alone can write. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "shared/roster.h"

static void
restarts_are_those_after_the_first(void **state)
{
    struct roster *roster = roster_create(3);

    (void)state;
    assert_non_null(roster);
    assert_int_equal(roster_restarts(roster), 0);
    roster->entries[0].spawned = 1;
    roster->entries[2].spawned = 4;
    assert_int_equal(roster_restarts(roster), 3);
    roster_destroy(roster);
}

/* What a process that has been taken over could try. Ends with the number of what succeeded. */
static _Noreturn void
try_to_write(struct roster *roster)
{
    if (roster_protect(roster) < 0)
        _exit(1);
    if (mprotect(roster, roster->size, PROT_READ | PROT_WRITE) == 0)
        _exit(2);
    if (mmap(NULL, roster->size, PROT_READ | PROT_WRITE, MAP_SHARED, roster->fd, 0) !=
        MAP_FAILED)
        _exit(3);
    if (pwrite(roster->fd, "x", 1, 0) == 1 || ftruncate(roster->fd, 0) == 0)
        _exit(4);
    if (fcntl(roster->fd, F_ADD_SEALS, 0) == 0 || roster_pid(roster, 0) != 5)
        _exit(5);
    _exit(0);
}

static void
others_can_not_write_it(void **state)
{
    struct roster *roster = roster_create(1);
    int status;
    pid_t pid;

    (void)state;
    assert_non_null(roster);
    roster->entries[0].pid = 5;
    if ((pid = fork()) == 0)
        try_to_write(roster);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    roster->entries[0].pid = 6; /* the master still can */
    roster_destroy(roster);
}

/* It has no descriptor to map the memory anew, and what it maps is read-only for good. */
static void
isolated_children_can_not_write_it(void **state)
{
    struct roster *rosters[] = { roster_create(1), roster_create(1) };
    int status;
    pid_t pid;

    (void)state;
    rosters[1]->entries[0].pid = 5;
    if ((pid = child_fork_apart(NULL, NULL)) == 0) {
        for (int i = 0; i < 2; i++)
            if (mprotect(rosters[i], rosters[i]->size, PROT_READ | PROT_WRITE) == 0)
                _exit(1);
        _exit(roster_pid(rosters[1], 0) == 5 ? 0 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++)
        roster_destroy(rosters[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_can_not_write_it),
        cmocka_unit_test(isolated_children_can_not_write_it),
        cmocka_unit_test(restarts_are_those_after_the_first),
    };

    return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
