/* SPDX-License-Identifier: BSD-2-Clause */
/* The path of this program, however it was started. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "master/program.h"
#include "scratch.h"

static char self[PATH_MAX]; /* as the kernel knows it */
static char folder[PATH_MAX];
static const char *name;

static void
finds(const char *argument, const char *path)
{
    char *found = program_find(argument);

    assert_non_null(found);
    assert_string_equal(found, path);
    free(found);
}

static void
an_absolute_path_stays(void **state)
{
    (void)state;
    finds(self, self);
}

static void
a_relative_path_begins_here(void **state)
{
    char argument[PATH_MAX];

    (void)state;
    assert_int_equal(chdir(folder), 0);
    snprintf(argument, sizeof(argument), "./%s", name);
    finds(argument, self);
    assert_int_equal(chdir("/"), 0);
    finds(self + 1, self);
}

static void
a_name_is_looked_up(void **state)
{
    char path[2 * PATH_MAX];

    (void)state;
    snprintf(path, sizeof(path), "/nonexistent:/usr/bin:%s:/bin", folder);
    setenv("PATH", path, 1);
    finds(name, self);
}

static void
a_symbolic_link_stays_one(void **state)
{
    char link[PATH_MAX];

    (void)state;
    snprintf(link, sizeof(link), "%s", scratch_path("link"));
    assert_int_equal(symlink(self, link), 0);
    finds(link, link);
    scratch_clear();
}

static void
another_program_is_not_taken(void **state)
{
    (void)state;
    unsetenv("PATH");
    finds("/bin/sh", self);
    finds("./nonsense", self);
    finds(name, self);
    finds("", self);
    finds(NULL, self);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absolute_path_stays),
        cmocka_unit_test(a_relative_path_begins_here),
        cmocka_unit_test(a_name_is_looked_up),
        cmocka_unit_test(a_symbolic_link_stays_one),
        cmocka_unit_test(another_program_is_not_taken),
    };
    const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *slash;

    if (length <= 0 || (slash = strrchr(self, '/')) == NULL)
        return EXIT_FAILURE;
    name = slash + 1;
    snprintf(folder, sizeof(folder), "%.*s", (int)(slash - self), self);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
