/* SPDX-License-Identifier: BSD-2-Clause */
/* Srcpath: names of sources become absolute and short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/count.h"
#include "symbol/srcpath.h"

static const struct {
    const char *directory;
    const char *name;
    const char *path; /* NULL: none */
} rows[] = {
    { "/home/x/build", "../src/main.c", "/home/x/src/main.c" },
    { "/home/x/build", "main.c", "/home/x/build/main.c" },
    { "/home/x/build", "/usr/include/stdio.h", "/usr/include/stdio.h" },
    { NULL, "/a/./b//c/../d.c", "/a/b/d.c" },
    { "/a", "../../../b.c", "/b.c" },
    { "/", ".../..b/c..c", "/.../..b/c..c" },
    { "/a/", "b/..", "/a" },
    { "build", "../src/main.c", NULL },
    { NULL, "main.c", NULL },
};

static void
names_become_absolute(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = srcpath_join(rows[i].directory, rows[i].name);

        if (rows[i].path)
            assert_string_equal(path, rows[i].path);
        else
            assert_null(path);
        free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_absolute),
    };

    return cmocka_run_group_tests_name("srcpath", tests, NULL, NULL);
}
