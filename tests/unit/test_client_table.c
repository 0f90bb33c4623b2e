/* SPDX-License-Identifier: BSD-2-Clause */
/* Client table: places for clients, and for those that are turned away; and the end of all. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "observed.h"
#include "observer/client_table.h"

static struct observed observed;
static struct client_table table;

static int
set_up(void **state)
{
    (void)state;
    observed_create(&observed, 1);
    return client_table_create(&table, &observed.view);
}

static int
tear_down(void **state)
{
    (void)state;
    observed_destroy(&observed);
    return 0;
}

/* A child that does not look whether the observer is still there. */
static struct subscription *
start_client(pid_t *pid)
{
    struct subscription *subscription = NULL;

    *pid = client_table_fork(&table, &subscription);
    if (*pid == 0)
        for (;;)
            pause();
    return subscription;
}

/* Two clients, as many that hear that there is no place, and no more. */
static void
places_end(void **state)
{
    pid_t pid;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(client_table_has_place(&table));
        start_client(&pid);
        assert_true(pid > 0);
    }
    assert_false(client_table_has_place(&table));
    start_client(&pid);
    assert_int_equal(pid, -EAGAIN);
    client_table_end(&table);
    assert_int_equal(table.busy, 0);
}

/* Also one that was ended by a signal. */
static void
a_place_becomes_free(void **state)
{
    pid_t first;
    pid_t second;

    (void)state;
    start_client(&first);
    kill(first, SIGKILL);
    while (table.busy > 0)
        child_reap();
    start_client(&second);
    assert_true(second > 0);
    assert_int_equal(table.children[0].pid, second);
    client_table_end(&table);
    assert_int_equal(kill(second, 0), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(places_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_place_becomes_free, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("client_table", tests, NULL, NULL);
}
