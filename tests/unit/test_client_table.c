/* SPDX-License-Identifier: BSD-2-Clause */
/* Client table: slots for clients, and for those that are turned away; and the end of all. */
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
static void
start_client(pid_t *pid)
{
    unsigned slot;

    *pid = client_table_fork(&table, &slot);
    if (*pid == 0)
        for (;;)
            pause();
}

/* No more than there are. The oldest has to go for the next, once it has had its time, but not
 * one that has a seat. */
static void
places_end(void **state)
{
    pid_t first = 0;
    pid_t pid;

    (void)state;
    for (unsigned i = 0; i < table.size; i++) {
        assert_true(client_table_has_slot(&table));
        start_client(i == 1 ? &first : &pid);
    }
    assert_false(client_table_has_slot(&table));
    start_client(&pid);
    assert_int_equal(pid, -EAGAIN);
    assert_true(seat_take(&table.seats, client_table_owner(0)));
    while (client_table_patience(&table) > 0)
        usleep(1000);
    client_table_evict(&table);
    assert_true(client_table_patience(&table) == UINT64_MAX);
    while (!client_table_has_slot(&table))
        child_reap();
    assert_int_equal(kill(first, 0), -1);
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
    assert_int_equal(table.slots[0].child.pid, second);
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
