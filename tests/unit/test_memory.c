/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies are copies, new memory is zero, and no memory is the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

static void
copies_text(void **state)
{
    char *copy = memory_copy("text");
    char *part = memory_copy_span((struct span){ .at = "a part", .length = 1 });
    char *none = memory_copy_span((struct span){ 0 });
    char *formatted = memory_format("%s %d", "n", 5);

    (void)state;
    assert_string_equal(copy, "text");
    assert_string_equal(part, "a");
    assert_string_equal(none, "");
    assert_string_equal(formatted, "n 5");
    free(copy);
    free(part);
    free(none);
    free(formatted);
}

static void
begins_with_zeros_and_keeps_what_grows(void **state)
{
    unsigned *items = memory_alloc(4 * sizeof(*items));

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(items[i], 0);
    items[3] = 9;
    items = memory_grow(items, 4000, sizeof(*items));
    assert_int_equal(items[3], 9);
    free(items);
}

/* An impossible size, and standard error closed so that the line doesn't disturb. */
static void
ends_the_process_without_memory(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        close(STDERR_FILENO);
        free(memory_grow(NULL, SIZE_MAX, 2));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_text),
        cmocka_unit_test(begins_with_zeros_and_keeps_what_grows),
        cmocka_unit_test(ends_the_process_without_memory),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
