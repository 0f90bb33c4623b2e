/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of a process: of this one, which knows what it has touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/proc_memory.h"

enum { PAGES = 100 };

static struct proc_memory memory;
static uint64_t page;
static char *touched;

static int
set_up(void **state)
{
    (void)state;
    page = (uint64_t)sysconf(_SC_PAGESIZE);
    touched =
        mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memory = (struct proc_memory){ 0 };
    proc_memory_open(&memory, getpid());
    return touched == MAP_FAILED ? -1 : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    proc_memory_close(&memory);
    return munmap(touched, PAGES * page);
}

static void
touch(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        touched[i * 3 * page] = 1;
}

static void
pages_that_were_touched(void **state)
{
    uint64_t bytes = 99;

    (void)state;
    assert_true(proc_memory_mapped(&memory, (uintptr_t)touched, PAGES * page, &bytes));
    assert_int_equal(bytes, 0);
    touch(7);
    assert_true(proc_memory_mapped(&memory, (uintptr_t)touched, PAGES * page, &bytes));
    assert_int_equal(bytes, 7 * page);
    assert_true(proc_memory_mapped(&memory, (uintptr_t)touched, 10, &bytes));
    assert_int_equal(bytes, 10);
}

static void
mappings_by_address(void **state)
{
    const struct proc_mapping *found;
    struct proc_mappings mappings;

    (void)state;
    touch(5);
    assert_true(proc_memory_mappings(&memory, &mappings));
    found = proc_memory_find(&mappings, (uintptr_t)touched + page);
    assert_non_null(found);
    assert_int_equal(found->start, (uintptr_t)touched);
    assert_int_equal(found->resident, 5 * page);
    assert_int_equal(found->huge, 0);
    assert_null(proc_memory_find(&mappings, 1));
    proc_memory_free_mappings(&mappings);
    assert_null(proc_memory_find(&mappings, (uintptr_t)touched));
}

/* Twice: whoever else has read the descriptors makes no difference. */
static void
sums(void **state)
{
    uint64_t bytes = 0;

    (void)state;
    assert_true(proc_memory_pss(&memory, &bytes));
    assert_true(proc_memory_pss(&memory, &bytes));
    assert_in_range(bytes, 4096, (uint64_t)1 << 40);
}

/* Not even to root. */
static void
no_physical_addresses(void **state)
{
    const uint64_t numbers = (UINT64_C(1) << 55) - 1;
    uint64_t entry = 0;

    (void)state;
    touch(1);
    assert_int_equal(pread(memory.fds[PROC_MEMORY_PAGES], &entry, sizeof(entry),
                           (off_t)((uintptr_t)touched / page * sizeof(entry))),
                     sizeof(entry));
    assert_true(entry >> 63);
    assert_int_equal(entry & numbers, 0);
}

static void
no_process(void **state)
{
    struct proc_memory none = { 0 };
    struct proc_mappings mappings;
    uint64_t bytes;
    pid_t ended = fork();

    (void)state;
    if (ended == 0)
        _exit(0);
    assert_int_equal(waitpid(ended, NULL, 0), ended);
    proc_memory_open(&none, ended);
    for (int i = 0; i < PROC_MEMORY_FILES; i++)
        assert_int_equal(none.fds[i], 0);
    assert_false(proc_memory_pss(&none, &bytes));
    assert_false(proc_memory_mapped(&none, 4096, 4096, &bytes));
    assert_false(proc_memory_mappings(&none, &mappings));
    proc_memory_free_mappings(&mappings);
}

static void
adopted(void **state)
{
    struct proc_memory other = { 0 };
    uint64_t bytes;

    (void)state;
    proc_memory_adopt(&other, PROC_MEMORY_PAGES, dup(memory.fds[PROC_MEMORY_PAGES]));
    assert_true(proc_memory_mapped(&other, (uintptr_t)touched, page, &bytes));
    proc_memory_adopt(&other, PROC_MEMORY_PAGES, -1);
    assert_false(proc_memory_mapped(&other, (uintptr_t)touched, page, &bytes));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_that_were_touched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mappings_by_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_physical_addresses, set_up, tear_down),
        cmocka_unit_test(no_process),
        cmocka_unit_test_setup_teardown(adopted, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("proc_memory", tests, NULL, NULL);
}
