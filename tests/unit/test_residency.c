/* SPDX-License-Identifier: BSD-2-Clause */
/* Residency: of a memfd with holes, whose pages are in memory as soon as they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/residency.h"

enum { PAGES = 100 };

static uint64_t page;
static int fd;

static int
set_up(void **state)
{
    (void)state;
    page = (uint64_t)sysconf(_SC_PAGESIZE);
    fd = memfd_create("test", MFD_CLOEXEC);
    return fd < 0 || ftruncate(fd, (off_t)(PAGES * page)) < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    return close(fd);
}

static void
write_pages(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        assert_int_equal(pwrite(fd, "x", 1, (off_t)(i * page)), 1);
}

static void
expect(bool (*ask)(int, uint64_t, uint64_t, uint64_t *), uint64_t offset, uint64_t length,
       uint64_t expected)
{
    uint64_t bytes = 99;

    assert_true(ask(fd, offset, length, &bytes));
    assert_int_equal(bytes, expected);
}

static void
files(void **state)
{
    bool (*const ways[])(int, uint64_t, uint64_t, uint64_t *) = { residency_of_file,
                                                                  residency_by_mincore };

    (void)state;
    write_pages(10, 20);
    for (size_t i = 0; i < 2; i++) {
        expect(ways[i], 0, PAGES * page, 20 * page);
        expect(ways[i], 0, 10 * page, 0);
        expect(ways[i], 15 * page, 5 * page, 5 * page);
        expect(ways[i], 29 * page, 5 * page, page);
        expect(ways[i], 10 * page + 7, 100, 100); /* never more than was asked about */
    }
    expect(residency_of_file, 0, 0, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("residency", tests, NULL, NULL);
}
