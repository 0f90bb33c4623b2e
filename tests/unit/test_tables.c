/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: a worker keeps its own part. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "profile/tables.h"

enum { WORKERS = 3 };

static struct tables tables;
static int pipes[2];

static int
set_up(void **state)
{
    const struct tables_plan plan = { .workers = WORKERS, .events = 64, .connections = 8 };

    (void)state;
    return tables_create(&tables, &plan) == 0 && pipe(pipes) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    tables_destroy(&tables);
    close(pipes[0]);
    close(pipes[1]);
    return 0;
}

static bool
is_mapped(const void *address)
{
    return write(pipes[1], address, 1) == 1;
}

static bool
has_part(unsigned worker)
{
    return is_mapped(tables_cpu(&tables, worker)) && is_mapped(tables_heap(&tables, worker)) &&
           is_mapped(tables_block(&tables, worker)) &&
           is_mapped(tables_crash(&tables, worker)) &&
           is_mapped(tables_rows(&tables, worker)) && is_mapped(tables_trace(&tables, worker));
}

static bool
has_some(unsigned worker)
{
    return is_mapped(tables_cpu(&tables, worker)) || is_mapped(tables_heap(&tables, worker)) ||
           is_mapped(tables_block(&tables, worker)) ||
           is_mapped(tables_crash(&tables, worker)) ||
           is_mapped(tables_rows(&tables, worker)) || is_mapped(tables_trace(&tables, worker));
}

static bool
keeps_its_own(unsigned worker)
{
    tables_keep(&tables, worker);
    for (unsigned other = 0; other < WORKERS; other++)
        if (other == worker ? !has_part(other) : has_some(other))
            return false;
    return is_mapped(tables_crash(&tables, tables_master(&tables)));
}

static void
a_worker_keeps_its_own_part(void **state)
{
    (void)state;
    for (unsigned worker = 0; worker < WORKERS; worker++) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
            _exit(keeps_its_own(worker) ? 0 : 1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    assert_true(has_part(0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_worker_keeps_its_own_part, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
