/* SPDX-License-Identifier: BSD-2-Clause */
/* Relative paths begin at the directory of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/count.h"
#include "base/memory.h"
#include "config/path.h"

static const struct {
    const char *directory;
    const char *path;
    const char *resolved;
} rows[] = {
    { "/etc", "/a/../b", "/a/../b" },
    { "/etc", "a", "/etc/a" },
    { "/etc", "./a", "/etc/a" },
    { "/etc", ".//a", "/etc/a" },
    { "/etc", "../a", "/a" },
    { "/etc/x", "../../a", "/a" },
    { "/etc", "../../../a", "/a" },
    { "/etc/x", ".././../a/b", "/a/b" },
    { "/", "a", "/a" },
    { "/", "../a", "/a" },
    { "/etc", "a/../b", "/etc/a/../b" },
    { "/etc", "..a", "/etc/..a" },
    { "/etc", "..", "/etc/.." },
};

static void
resolves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *resolved = path_resolve(rows[i].directory, rows[i].path);

        assert_string_equal(resolved, rows[i].resolved);
        memory_free(resolved);
    }
}

static void
finds_the_directory(void **state)
{
    static const char *const here[] = { "x.ini", "./x.ini" };
    char *directory = path_directory("/usr/../x.ini");
    char *current = getcwd(NULL, 0);

    (void)state;
    assert_string_equal(directory, "/");
    memory_free(directory);
    for (size_t i = 0; i < COUNT(here); i++) {
        directory = path_directory(here[i]);
        assert_string_equal(directory, current);
        memory_free(directory);
    }
    directory = path_directory("/no such directory/x.ini");
    assert_string_equal(directory, "/");
    memory_free(directory);
    free(current);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves),
        cmocka_unit_test(finds_the_directory),
    };

    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
