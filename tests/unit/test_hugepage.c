/* SPDX-License-Identifier: BSD-2-Clause */
/* Hugepage: what the system says is understood, and what it gives can be used. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "object/hugepage.h"

#define MIB (UINT64_C(1) << 20)

static void
small_objects_stay_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(hugepage_round(1), 1);
    assert_int_equal(hugepage_round(2 * MIB - 1), 2 * MIB - 1);
}

static void
others_fill_whole_pages(void **state)
{
    (void)state;
    assert_int_equal(hugepage_round(2 * MIB), 2 * MIB);
    assert_int_equal(hugepage_round(2 * MIB + 1), 4 * MIB);
    assert_int_equal(hugepage_round(5 * MIB), 6 * MIB);
}

/* Writes, seals, and reads again through a mapping that came later. */
static void
use_memory(int fd, uint64_t size)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    char *memory = hugepage_map(fd, size, PROT_READ | PROT_WRITE);

    assert_ptr_not_equal(memory, MAP_FAILED);
    memset(memory, 'x', size);
    munmap(memory, size);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    memory = hugepage_map(fd, size, PROT_READ);
    assert_ptr_not_equal(memory, MAP_FAILED);
    assert_int_equal((uintptr_t)memory % HUGEPAGE_SIZE, 0);
    assert_int_equal(memory[0], 'x');
    assert_int_equal(memory[size - 1], 'x');
    munmap(memory, size);
}

/* Most systems have reserved none; then the result is an error, and nothing is lost. */
static void
reserved_pages_are_memory_or_an_error(void **state)
{
    const int fd = hugepage_memfd(2 * HUGEPAGE_SIZE);

    (void)state;
    if (fd < 0)
        return;
    use_memory(fd, 2 * HUGEPAGE_SIZE);
    close(fd);
}

static void
more_than_there_can_be_is_an_error(void **state)
{
    (void)state;
    assert_true(hugepage_memfd(UINT64_C(1) << 50) < 0);
}

static void
memory_that_was_asked_for_can_be_used(void **state)
{
    const int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    (void)state;
    assert_true(fd >= 0);
    if (!hugepage_ask(fd, 2 * HUGEPAGE_SIZE))
        assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    assert_int_equal(posix_fallocate(fd, 0, 2 * HUGEPAGE_SIZE), 0);
    use_memory(fd, 2 * HUGEPAGE_SIZE);
    close(fd);
}

static void
small_memory_is_mapped_as_it_is(void **state)
{
    const int fd = memfd_create("test", MFD_CLOEXEC);
    char *memory;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, 5000), 0);
    memory = hugepage_map(fd, 5000, PROT_READ);
    assert_ptr_not_equal(memory, MAP_FAILED);
    assert_int_equal(memory[4999], 0);
    munmap(memory, 5000);
    close(fd);
    assert_ptr_equal(hugepage_map(-1, 2 * HUGEPAGE_SIZE, PROT_READ), MAP_FAILED);
    assert_int_equal(errno, EBADF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_objects_stay_as_they_are),
        cmocka_unit_test(others_fill_whole_pages),
        cmocka_unit_test(reserved_pages_are_memory_or_an_error),
        cmocka_unit_test(more_than_there_can_be_is_an_error),
        cmocka_unit_test(memory_that_was_asked_for_can_be_used),
        cmocka_unit_test(small_memory_is_mapped_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
