/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel_names: the functions in a file like /proc/kallsyms. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "symbol/kernel_names.h"
#include "symbol/symbol.h"

static const char text[] = "ffffffff81000300 T third\n"
                           "ffffffff81000100 T first\n"
                           "ffffffff81000280 D data\n"
                           "ffffffff81000200 t second\n"
                           "nonsense\n"
                           "ffffffff81000400\n"
                           "ffffffffc0000000 t module_function\t[module]\n"
                           "ffffffffc0000100 W last";

static char path[64];

/* A file with this content, instead of the kernel's. */
static void
use(const char *content)
{
    FILE *out;

    snprintf(path, sizeof(path), "/tmp/test_kernel_names.%d", (int)getpid());
    out = fopen(path, "w");
    assert_non_null(out);
    fputs(content, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(kernel_names_open(path), 0);
    unlink(path);
}

static void
expect(const struct kernel_names *names, uintptr_t address, const char *name)
{
    assert_string_equal(kernel_names_find(names, address), name);
}

static void
functions_by_address(void **state)
{
    struct kernel_names *names;

    (void)state;
    use(text);
    assert_non_null(names = kernel_names_read());
    expect(names, 0xffffffff81000100, "first");
    expect(names, 0xffffffff810001ff, "first");
    expect(names, 0xffffffff810002ff, "second");
    expect(names, 0xffffffff81000500, "third");
    expect(names, 0xffffffffc0000001, "module_function");
    expect(names, 0xffffffffffffffff, "last");
    expect(names, 0xffffffff810000ff, "[kernel]");
    kernel_names_free(names);
}

/* To those who may not know the addresses, the kernel shows 0. */
static void
hidden_addresses(void **state)
{
    struct kernel_names *names;

    (void)state;
    use("0000000000000000 T first\n0000000000000000 T second\n");
    assert_non_null(names = kernel_names_read());
    expect(names, 0xffffffff81000100, "[kernel]");
    kernel_names_free(names);
}

static void
no_file(void **state)
{
    (void)state;
    assert_int_equal(kernel_names_open("/nonexistent"), -ENOENT);
    assert_null(kernel_names_read());
    assert_int_equal(kernel_names_open(NULL), 0);
    assert_null(kernel_names_read());
    expect(NULL, 0xffffffff81000100, "[kernel]");
}

static void
names_beside_those_of_the_program(void **state)
{
    const struct symbol *found;
    struct symbols *symbols;

    (void)state;
    use(text);
    symbols = symbol_open_self();
    assert_non_null(symbols);
    assert_int_equal(symbol_find(symbols, 0xffffffff81000210, &found), 1);
    assert_string_equal(found->function, "second");
    assert_true(symbol_find(symbols, (uintptr_t)functions_by_address, &found) > 0);
    assert_string_equal(found->function, "functions_by_address");
    symbol_close(symbols);
}

static void
only_the_upper_half_is_the_kernels(void **state)
{
    (void)state;
    assert_true(kernel_names_covers(0xffffffff81000100));
    assert_false(kernel_names_covers((uintptr_t)use));
    assert_false(kernel_names_covers(0x7fffffffffff));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_by_address),
        cmocka_unit_test(hidden_addresses),
        cmocka_unit_test(no_file),
        cmocka_unit_test(names_beside_those_of_the_program),
        cmocka_unit_test(only_the_upper_half_is_the_kernels),
    };

    return cmocka_run_group_tests_name("kernel_names", tests, NULL, NULL);
}
